import { Anchor, Button, Card, Group, Select, Stack, Text, Title } from '@mantine/core';
import { IconKey } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useAsk } from '@/api/asking';
import { graphql } from '@/api/gql';
import { useMe } from '@/api/me';
import { IssueTokenDialog } from '@/components/tokens/IssueTokenDialog';
import { localized } from '@/ui/format';
import { Snippet } from '@/ui/Snippet';
import { useUrlState } from '@/ui/urlState';
import { samplesOf } from './samples';

const READABLE = graphql(`
  query DevelopersReadable {
    dictionaries(first: 200) {
      nodes {
        code
        name {
          ru
          en
        }
        access
        singleField
        listField
        exportFormats
        attributes {
          code
          type
        }
      }
    }
  }
`);

/** Requests to begin with, with a token of one's own in them. */
export function Begin() {
  const { t } = useTranslation('developer');
  const me = useMe();
  const [token, setToken] = useState<string | null>(null);
  const [isIssuing, setIssuing] = useState(false);
  return (
    <Stack>
      <Card withBorder padding="lg" component="section" aria-labelledby="token-title">
        <Title order={2} size="h3" id="token-title">
          {t('token.title')}
        </Title>
        <Text size="sm" c="dimmed" mb="md" maw="80ch">
          {t(me ? 'token.hint' : 'token.guest')}
        </Text>
        {me && (
          <Group>
            <Button leftSection={<IconKey size={16} aria-hidden />} onClick={() => setIssuing(true)}>
              {t('token.issue')}
            </Button>
            <Anchor component={Link} to="/account" size="sm">
              {t('token.mine')}
            </Anchor>
          </Group>
        )}
        {token && (
          <Text size="sm" mt="sm" role="status">
            {t('token.put')}
          </Text>
        )}
      </Card>
      <Samples token={token} />
      {isIssuing && <IssueTokenDialog title={t('token.name')} onClose={() => setIssuing(false)} onIssued={setToken} />}
    </Stack>
  );
}

function Samples({ token }: { token: string | null }) {
  const { t } = useTranslation('developer');
  const { data } = useAsk(READABLE, {});
  const [wanted, setWanted] = useUrlState('dictionary');
  const dictionaries = data?.dictionaries.nodes ?? [];
  const chosen = dictionaries.find(({ code }) => code === wanted) ?? dictionaries[0];
  if (!chosen) return null;
  return (
    <Card withBorder padding="lg" component="section" aria-labelledby="samples-title">
      <Group justify="space-between" align="flex-end" mb="md">
        <Title order={2} size="h3" id="samples-title">
          {t('samples.title')}
        </Title>
        <Select
          w={340}
          label={t('samples.dictionary')}
          data={dictionaries.map(({ code, name }) => ({ value: code, label: localized(name) }))}
          searchable
          allowDeselect={false}
          value={chosen.code}
          onChange={setWanted}
        />
      </Group>
      <Stack gap="lg">
        {samplesOf(chosen, location.origin, token).map(({ name, text }) => (
          <Snippet key={name} label={t(`samples.${name}`)} text={text} />
        ))}
      </Stack>
    </Card>
  );
}
