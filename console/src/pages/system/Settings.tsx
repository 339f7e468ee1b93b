import { Card, Group, Table, Text, TextInput, Title } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Caption } from '@/ui/Caption';
import { useUrlState } from '@/ui/urlState';

interface Setting {
  name: string;
  value: string;
}

/** The limits in force, by name. */
export function Settings({ settings }: { settings: Setting[] }) {
  const { t } = useTranslation('system');
  const [text, setText] = useUrlState('setting');
  const wanted = text.trim().toLowerCase();
  const shown = settings.filter(({ name, value }) => `${name} ${value}`.toLowerCase().includes(wanted));
  return (
    <Card withBorder padding="lg" component="section" aria-labelledby="settings-title">
      <Group justify="space-between" mb="sm">
        <div>
          <Title order={2} size="h3" id="settings-title">
            {t('settings.title')}
          </Title>
          <Text size="sm" c="dimmed">
            {t('settings.hint')}
          </Text>
        </div>
        <TextInput
          w={260}
          aria-label={t('settings.search')}
          placeholder={t('settings.search')}
          leftSection={<IconSearch size={16} aria-hidden />}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
      </Group>
      {shown.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t('settings.nothing')}
        </Text>
      ) : (
        <Table verticalSpacing={6} layout="fixed">
          <Caption>{t('settings.title')}</Caption>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('settings.name')}</Table.Th>
              <Table.Th>{t('settings.value')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {shown.map(({ name, value }) => (
              <Table.Tr key={name}>
                <Table.Td>
                  <Text size="xs" ff="monospace" style={{ overflowWrap: 'anywhere' }}>
                    {name}
                  </Text>
                </Table.Td>
                <Table.Td>
                  <Text size="xs" ff="monospace" style={{ overflowWrap: 'anywhere' }}>
                    {value}
                  </Text>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Card>
  );
}
