import { Button, Card, Group, SegmentedControl, Stack, Text, Title } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Loading } from '@/ui/Loading';
import { Refusals } from '@/ui/Refusals';
import { Snippet } from '@/ui/Snippet';
import { useUrlState } from '@/ui/urlState';
import { useServerText } from './text';

const PATHS = {
  data: '/graphql/data/schema.graphql',
  management: '/graphql/schema.graphql',
  openapi: '/openapi.json',
} as const;

type Which = keyof typeof PATHS;

const WHICH = Object.keys(PATHS) as Which[];

/** The schemas of the APIs: shown, copied, downloaded. */
export function Schema() {
  const { t } = useTranslation(['developer', 'common']);
  const [wanted, setWanted] = useUrlState('api', 'data');
  const which = WHICH.find((each) => each === wanted) ?? 'data';
  const path = PATHS[which];
  const { text, refusals } = useServerText(path);
  const pretty = which === 'openapi' && text ? JSON.stringify(JSON.parse(text), null, 2) : text;
  return (
    <Card withBorder padding="lg" component="section" aria-labelledby="schema-title">
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h3" id="schema-title">
          {t('schema.title')}
        </Title>
        <Button
          component="a"
          href={path}
          download
          variant="default"
          size="xs"
          leftSection={<IconDownload size={14} aria-hidden />}
        >
          {t('action.download', { ns: 'common' })}
        </Button>
      </Group>
      <Stack gap="sm">
        <div>
          <SegmentedControl
            aria-label={t('schema.which')}
            value={which}
            onChange={setWanted}
            data={WHICH.map((value) => ({ value, label: t(`schema.api.${value}`) }))}
          />
          <Text size="sm" c="dimmed" mt={6}>
            {t(`schema.hint.${which}`)}
          </Text>
        </div>
        <Refusals refusals={refusals} />
        {pretty === undefined && refusals.length === 0 && <Loading lines={10} />}
        {pretty !== undefined && <Snippet label={path} text={pretty} height={520} />}
      </Stack>
    </Card>
  );
}
