import { Anchor, Card, Group, List, Select, Text, ThemeIcon, Title } from '@mantine/core';
import { IconCheck, IconClock } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useAsk } from '@/api/asking';
import { graphql } from '@/api/gql';
import { useDictionaryNames } from '@/components/DictionariesSelect';
import { formatDate, formatInstant } from '@/ui/format';
import { useUrlState } from '@/ui/urlState';

const EDITION = graphql(`
  query ConsumersEdition($code: ID!) {
    dictionary(code: $code) {
      edition {
        number
        publication {
          publishedAt
        }
      }
    }
  }
`);

const CONFIRMED = graphql(`
  query ConsumersConfirmations($dictionary: ID!, $edition: Int!) {
    confirmations(dictionary: $dictionary, edition: $edition) {
      confirmed
      consumer {
        code
        title
        confirmedAt
      }
    }
  }
`);

/** Who has said that they have the newest edition of a dictionary. */
export function Confirmations() {
  const { t } = useTranslation('consumer');
  const names = useDictionaryNames();
  const [dictionary, setDictionary] = useUrlState('confirmed');
  const isChosen = dictionary !== '';
  const { data } = useAsk(EDITION, { code: dictionary }, { pause: !isChosen });
  const edition = data?.dictionary?.edition;
  const told = useAsk(
    CONFIRMED,
    { dictionary, edition: edition?.number ?? 0 },
    { pause: !isChosen || !edition, types: ['Consumer'] },
  );
  const confirmations = told.data?.confirmations ?? [];
  return (
    <Card withBorder padding="lg" component="section" aria-labelledby="confirmations-title">
      <Title order={2} size="h3" id="confirmations-title">
        {t('confirmations.title')}
      </Title>
      <Text size="sm" c="dimmed" mb="sm">
        {t('confirmations.hint')}
      </Text>
      <Group align="flex-end" gap="md">
        <Select
          w={360}
          label={t('confirmations.dictionary')}
          placeholder={t('confirmations.choose')}
          data={names}
          searchable
          value={dictionary || null}
          onChange={setDictionary}
        />
        {isChosen && edition?.publication && (
          <Text size="sm" pb={8}>
            {t('confirmations.edition', { number: edition.number, date: formatDate(edition.publication.publishedAt) })}
          </Text>
        )}
      </Group>
      {isChosen && told.data && confirmations.length === 0 && (
        <Text size="sm" mt="md">
          {t('confirmations.none')}
        </Text>
      )}
      {confirmations.length > 0 && (
        <List mt="md" spacing="xs" size="sm" center>
          {confirmations.map(({ consumer, confirmed }) => (
            <List.Item
              key={consumer.code}
              icon={
                <ThemeIcon size={22} radius="xl" color={confirmed ? 'teal.9' : 'gray.7'}>
                  {confirmed ? <IconCheck size={14} aria-hidden /> : <IconClock size={14} aria-hidden />}
                </ThemeIcon>
              }
            >
              <Anchor component={Link} to={`/consumers/${consumer.code}`} size="sm">
                {consumer.title}
              </Anchor>
              {': '}
              {confirmed
                ? t('confirmations.yes', { at: consumer.confirmedAt ? formatInstant(consumer.confirmedAt) : '' })
                : t('confirmations.no')}
            </List.Item>
          ))}
        </List>
      )}
    </Card>
  );
}
