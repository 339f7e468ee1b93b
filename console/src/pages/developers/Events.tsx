import { Anchor, Card, List, Stack, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Snippet } from '@/ui/Snippet';
import { schemasOf } from './schemas';
import { useServerText } from './text';

/** Events: by which ways they come, and what each looks like. */
export function Events() {
  const { t } = useTranslation('developer');
  const { text } = useServerText('/asyncapi.json');
  const schemas = schemasOf(text);
  const { origin } = location;
  return (
    <Stack>
      <Card withBorder padding="lg" component="section" aria-labelledby="events-title">
        <Title order={2} size="h3" id="events-title">
          {t('events.title')}
        </Title>
        <Text size="sm" mt="xs" maw="80ch">
          {t('events.hint')}{' '}
          <Anchor component={Link} to="/consumers" size="sm" underline="always">
            {t('events.register')}
          </Anchor>
        </Text>
        <Stack gap="md" mt="md">
          <Snippet label={t('events.pull')} text={`curl "${origin}/feed?after=start&limit=100"`} />
          <Snippet label={t('events.stream')} text={`curl -N "${origin}/feed/stream?after=now"`} />
          <Snippet label={t('events.snapshot')} text={`curl -O "${origin}/feed/snapshot"`} />
        </Stack>
      </Card>
      <Card withBorder padding="lg" component="section" aria-labelledby="event-schemas-title">
        <Title order={2} size="h3" id="event-schemas-title" mb="xs">
          {t('events.schemas')}
        </Title>
        <List size="sm" spacing={4}>
          <List.Item>
            <Anchor href="/asyncapi.json" target="_blank" size="sm">
              {t('events.asyncapi')}
            </Anchor>
          </List.Item>
          {schemas.map((path) => (
            <List.Item key={path}>
              <Anchor href={path} target="_blank" size="sm" ff="monospace">
                {path}
              </Anchor>
            </List.Item>
          ))}
        </List>
      </Card>
    </Stack>
  );
}
