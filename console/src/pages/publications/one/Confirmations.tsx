import { Anchor, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { IconCircleCheck, IconClock } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useAsk } from '@/api/asking';
import { graphql } from '@/api/gql';
import { localized } from '@/ui/format';
import type { Edition, WholePublication } from './reading';

const CONFIRMATIONS = graphql(`
  query PublicationConfirmations($dictionary: ID!, $edition: Int!) {
    confirmations(dictionary: $dictionary, edition: $edition) {
      consumer {
        code
        title
      }
      confirmed
    }
  }
`);

/** Which systems have said that they have taken the publication, dictionary by dictionary. */
export function Confirmations({ publication }: { publication: WholePublication }) {
  const { t } = useTranslation('publication');
  if (publication.editions.length === 0) return null;
  return (
    <Paper withBorder p="md" component="section" aria-labelledby="confirmed-title">
      <Title order={2} size="h3" id="confirmed-title">
        {t('confirmed.title')}
      </Title>
      <Text size="sm" c="dimmed" mb="sm">
        {t('confirmed.hint')}
      </Text>
      <Stack gap="xs">
        {publication.editions.map((edition) => (
          <OfEdition key={edition.dictionaryCode} edition={edition} />
        ))}
      </Stack>
    </Paper>
  );
}

function OfEdition({ edition }: { edition: Edition }) {
  const { t } = useTranslation('publication');
  const { data } = useAsk(
    CONFIRMATIONS,
    { dictionary: edition.dictionaryCode, edition: edition.number },
    { types: ['Consumer', 'Confirmation'] },
  );
  const told = data?.confirmations ?? [];
  return (
    <Group gap="md" align="baseline">
      <Text size="sm" w={260}>
        {localized(edition.dictionary?.name) || edition.dictionaryCode}
      </Text>
      {told.length === 0 && data && (
        <Text size="sm" c="dimmed">
          {t('confirmed.nobody')}
        </Text>
      )}
      {told.map(({ consumer, confirmed }) => (
        <Group key={consumer.code} gap={4} wrap="nowrap">
          {confirmed ? (
            <IconCircleCheck size={16} color="var(--svod-added)" role="img" aria-label={t('confirmed.yes')} />
          ) : (
            <IconClock size={16} color="var(--svod-changed)" role="img" aria-label={t('confirmed.notYet')} />
          )}
          <Anchor component={Link} to={`/consumers/${consumer.code}`} size="sm">
            {consumer.title || consumer.code}
          </Anchor>
        </Group>
      ))}
    </Group>
  );
}
