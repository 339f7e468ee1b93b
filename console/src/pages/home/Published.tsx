import { Anchor, Group, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { graphql } from '@/api/gql';
import type { HomePublishedQuery } from '@/api/gql/graphql';
import { useAsk, useTold } from '@/api/asking';
import { Empty } from '@/ui/Empty';
import { formatAgo, localized } from '@/ui/format';
import { Loading } from '@/ui/Loading';
import { Refusals } from '@/ui/Refusals';
import { refusalsOf } from '@/api/refusals';
import { Panel } from './Panel';
import classes from './Home.module.css';

const PUBLISHED = graphql(`
  query HomePublished {
    publications(first: 6) {
      nodes {
        number
        publishedAt
        title
        editions {
          dictionaryCode
          dictionary {
            name {
              ru
              en
            }
          }
          added
          changed
          retired
        }
      }
    }
  }
`);

const TOLD = graphql(`
  subscription HomeTold {
    published {
      number
    }
  }
`);

type Publication = HomePublishedQuery['publications']['nodes'][number];

/** The newest publications; a new one appears by itself. */
export function Published() {
  const { t } = useTranslation('home');
  const { data, error, isLoading, again } = useAsk(PUBLISHED, {}, { types: ['Publication'] });
  useTold(TOLD, {}, again);
  const publications = data?.publications.nodes ?? [];
  const all = (
    <Anchor component={Link} to="/publications" size="sm">
      {t('allPublications')}
    </Anchor>
  );
  return (
    <Panel title={t('published')} beside={publications.length > 0 && all}>
      {isLoading && <Loading lines={4} />}
      {error && !data && <Refusals refusals={refusalsOf(error)} />}
      {data && publications.length === 0 && <Empty title={t('publishedNone')} hint={t('publishedNoneHint')} />}
      <Stack gap={2}>
        {publications.map((publication) => (
          <Line key={publication.number} publication={publication} />
        ))}
      </Stack>
    </Panel>
  );
}

function Line({ publication }: { publication: Publication }) {
  const { t } = useTranslation('home');
  const shown = publication.editions.slice(0, 2);
  const names = shown.map((edition) => localized(edition.dictionary?.name) || edition.dictionaryCode);
  const more = publication.editions.length - shown.length;
  const sum = (pick: (edition: Publication['editions'][number]) => number) =>
    publication.editions.reduce((total, each) => total + pick(each), 0);
  const counts = [
    [sum((edition) => edition.added), 'added'],
    [sum((edition) => edition.changed), 'changed'],
    [sum((edition) => edition.retired), 'retired'],
  ] as const;
  const told = counts.filter(([count]) => count > 0).map(([count, kind]) => t(kind, { count }));
  return (
    <Link to={`/publications/${publication.number}`} className={`${classes['row'] ?? ''} ${classes['link'] ?? ''}`}>
      <Group justify="space-between" wrap="nowrap" gap="xs">
        <Text size="sm" fw={600} truncate>
          {t('number', { number: publication.number })} · {publication.title || t('hidden')}
        </Text>
        <Text size="xs" c="dimmed" style={{ whiteSpace: 'nowrap' }}>
          {formatAgo(publication.publishedAt)}
        </Text>
      </Group>
      <Text size="xs" c="dimmed" truncate>
        {[names.join(', ') + (more > 0 ? ` +${more}` : ''), ...told].filter(Boolean).join(' · ')}
      </Text>
    </Link>
  );
}
