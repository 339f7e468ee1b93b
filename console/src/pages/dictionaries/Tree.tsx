import { ActionIcon, Anchor, Button, Card, Text } from '@mantine/core';
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { graphql } from '@/api/gql';
import type { TreeLevelQuery } from '@/api/gql/graphql';
import { ask, useAsk, useBusy } from '@/api/asking';
import { refusalsOf } from '@/api/refusals';
import { asOfSearch, type AsOf } from '@/components/asOf';
import { language } from '@/i18n';
import { Empty } from '@/ui/Empty';
import { Loading } from '@/ui/Loading';
import { Refusals } from '@/ui/Refusals';
import classes from './Dictionary.module.css';

const LEVEL = graphql(`
  query TreeLevel(
    $dictionary: ID!
    $parent: ID
    $roots: Boolean!
    $validOn: Date!
    $publication: Int
    $after: String
    $language: Language!
  ) {
    dictionary(code: $dictionary) {
      code
      items(parent: $parent, rootsOnly: $roots, validOn: $validOn, publication: $publication, first: 100, after: $after) {
        nodes {
          code
          name(language: $language)
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  }
`);

type Items = NonNullable<TreeLevelQuery['dictionary']>['items'];

interface TreeProps {
  dictionary: string;
  asOf: AsOf;
}

/** What stands under what, level by level as it is opened. */
export function Tree({ dictionary, asOf }: TreeProps) {
  return (
    <Card withBorder>
      <Level dictionary={dictionary} asOf={asOf} parent={null} />
    </Card>
  );
}

function Level({ dictionary, asOf, parent }: TreeProps & { parent: string | null }) {
  const { t } = useTranslation('dictionary');
  const [more, setMore] = useState<Items>();
  const [isBusy, run] = useBusy();
  const spoken = language() === 'en' ? ('EN' as const) : ('RU' as const);
  const variables = {
    dictionary,
    parent,
    roots: parent === null,
    validOn: asOf.validOn,
    publication: asOf.publication,
    language: spoken,
  };
  const { data, error, isLoading } = useAsk(LEVEL, { ...variables, after: null }, { types: ['Publication'] });
  if (isLoading) return <Loading lines={2} />;
  if (error && !data) return <Refusals refusals={refusalsOf(error)} />;
  const first = data?.dictionary?.items;
  const nodes = [...(first?.nodes ?? []), ...(more?.nodes ?? [])];
  const page = (more ?? first)?.pageInfo;
  if (nodes.length === 0) return parent === null ? <Empty title={t('tree.empty')} /> : <Text size="sm">{t('tree.leaf')}</Text>;
  const showMore = () =>
    run(async () => {
      const next = (await ask(LEVEL, { ...variables, after: page?.endCursor ?? null })).dictionary?.items;
      if (next) setMore({ ...next, nodes: [...(more?.nodes ?? []), ...next.nodes] });
    });
  return (
    <div className={parent === null ? '' : (classes['children'] ?? '')}>
      {nodes.map((item) => (
        <Branch key={item.code} dictionary={dictionary} asOf={asOf} item={item} />
      ))}
      {page?.hasNextPage && (
        <Button size="compact-sm" variant="subtle" loading={isBusy} onClick={() => void showMore()}>
          {t('tree.more')}
        </Button>
      )}
    </div>
  );
}

function Branch({ dictionary, asOf, item }: TreeProps & { item: Items['nodes'][number] }) {
  const { t } = useTranslation('dictionary');
  const [isOpen, setOpen] = useState(false);
  const name = item.name ?? item.code;
  return (
    <>
      <div className={classes['node'] ?? ''}>
        <ActionIcon
          variant="subtle"
          size="sm"
          aria-expanded={isOpen}
          aria-label={isOpen ? t('tree.close', { name }) : t('tree.open', { name })}
          onClick={() => setOpen(!isOpen)}
        >
          {isOpen ? <IconChevronDown size={16} aria-hidden /> : <IconChevronRight size={16} aria-hidden />}
        </ActionIcon>
        <Anchor
          component={Link}
          to={`/dictionaries/${dictionary}/items/${encodeURIComponent(item.code)}${asOfSearch(asOf)}`}
          size="sm"
        >
          {name}
        </Anchor>
        <Text span size="xs" c="dimmed" ff="monospace">
          {item.code}
        </Text>
      </div>
      {isOpen && <Level dictionary={dictionary} asOf={asOf} parent={item.code} />}
    </>
  );
}
