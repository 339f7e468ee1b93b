import { Paper, Stack, Table, Title } from '@mantine/core';
import { IconLinkOff } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { ask } from '@/api/asking';
import { graphql } from '@/api/gql';
import type { ItemUsagesQuery } from '@/api/gql/graphql';
import { usePaged } from '@/api/paging';
import { useAttributes, useDictionaryName } from '@/components/differences/attributes';
import type { AsOf } from '@/components/asOf';
import { language } from '@/i18n';
import { Empty } from '@/ui/Empty';
import { localized } from '@/ui/format';
import { Loading } from '@/ui/Loading';
import { More } from '@/ui/More';
import { Period } from '@/ui/Period';
import { ItemLink } from './Card';

const USAGES = graphql(`
  query ItemUsages($dictionary: ID!, $code: ID!, $on: Date!, $after: String, $language: Language!) {
    dictionary(code: $dictionary) {
      item(code: $code, validOn: $on) {
        usages(first: 100, after: $after) {
          nodes {
            dictionaryCode
            code
            attribute
            validFrom
            validTo
            item {
              name(language: $language)
            }
          }
          totalCount
          pageInfo {
            hasNextPage
            endCursor
          }
        }
      }
    }
  }
`);

type Used = NonNullable<NonNullable<NonNullable<ItemUsagesQuery['dictionary']>['item']>['usages']>;
export type Usage = Used['nodes'][number];

interface UsagesTabProps {
  dictionary: string;
  code: string;
  /** A day on which the item holds by the latest publication; null: it never does, so nothing can refer to it. */
  on: string | null;
  asOf: AsOf;
}

/** What refers to the item now, by dictionary. */
export function UsagesTab({ dictionary, code, on, asOf }: UsagesTabProps) {
  const { t } = useTranslation('item');
  const load = async (after: string | null): Promise<Used> => {
    const none = { nodes: [], totalCount: 0, pageInfo: { hasNextPage: false } };
    if (on === null) return none;
    const data = await ask(USAGES, { dictionary, code, on, after, language: language() === 'en' ? 'EN' : 'RU' }, true);
    return data.dictionary?.item?.usages ?? none;
  };
  const list = usePaged(load, `${dictionary} ${code} ${on}`);
  const dictionaries = [...new Set(list.nodes.map((usage) => usage.dictionaryCode))];
  if (list.isLoading) return <Loading />;
  if (list.nodes.length === 0 && list.refusals.length === 0)
    return <Empty icon={IconLinkOff} title={t('usages.none')} hint={t('usages.noneHint')} />;
  return (
    <Stack gap="md">
      {dictionaries.map((each) => (
        <Group
          key={each}
          dictionary={each}
          usages={list.nodes.filter(({ dictionaryCode }) => dictionaryCode === each)}
          asOf={asOf}
        />
      ))}
      <More list={list} />
    </Stack>
  );
}

function Group({ dictionary, usages, asOf }: { dictionary: string; usages: Usage[]; asOf: AsOf }) {
  const { t } = useTranslation(['item', 'differences']);
  const attributes = useAttributes(dictionary);
  const name = localized(useDictionaryName(dictionary)) || dictionary;
  const labelOf = (code: string) =>
    code === 'parent'
      ? t('parent', { ns: 'differences' })
      : localized(attributes.find((each) => each.code === code)?.label) || code;
  return (
    <Paper withBorder p="md" component="section" aria-label={name}>
      <Title order={2} size="h4" mb="xs">
        {name}
      </Title>
      <Table.ScrollContainer minWidth={560}>
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('usages.item')}</Table.Th>
              <Table.Th w="28%">{t('usages.as')}</Table.Th>
              <Table.Th w="22%">{t('usages.when')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {usages.map((usage) => (
              <Table.Tr key={`${usage.code} ${usage.attribute} ${usage.validFrom ?? ''}`}>
                <Table.Td>
                  <ItemLink dictionary={dictionary} code={usage.code} name={usage.item?.name} asOf={asOf} />
                </Table.Td>
                <Table.Td>{labelOf(usage.attribute)}</Table.Td>
                <Table.Td>
                  <Period from={usage.validFrom} until={usage.validTo} />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Paper>
  );
}
