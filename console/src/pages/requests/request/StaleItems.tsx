import { Anchor, List, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useAsk } from '@/api/asking';
import { graphql } from '@/api/gql';
import { language } from '@/i18n';
import { useRequest } from './context';

const STALE = graphql(`
  query RequestStale($id: ID!, $language: Language!) {
    changeRequest(id: $id) {
      id
      items(first: 200) {
        nodes {
          dictionary
          code
          name(language: $language)
          isStale
        }
      }
    }
  }
`);

/** Items that others published another change of since they were edited here; nothing where there are none. */
export function StaleItems() {
  const { t } = useTranslation('request');
  const { request } = useRequest();
  const variables = { id: request.id, language: language() === 'en' ? ('EN' as const) : ('RU' as const) };
  const { data } = useAsk(STALE, variables, { types: ['ItemChange', 'Publication'] });
  const stale = (data?.changeRequest?.items.nodes ?? []).filter(({ isStale }) => isStale);
  if (stale.length === 0) return null;
  return (
    <section aria-labelledby="stale-items">
      <Title order={2} size="h3" id="stale-items">
        {t('stale.title')}
      </Title>
      <Text size="sm" c="dimmed" mb={6}>
        {t('stale.hint')}
      </Text>
      <List size="sm" spacing={4}>
        {stale.map(({ dictionary, code, name }) => (
          <List.Item key={`${dictionary} ${code}`}>
            <Anchor component={Link} to={`/dictionaries/${dictionary}/items/${code}`} size="sm">
              {name ?? code}
            </Anchor>{' '}
            <Text span size="xs" c="dimmed" ff="monospace">
              {code}
            </Text>
          </List.Item>
        ))}
      </List>
    </section>
  );
}
