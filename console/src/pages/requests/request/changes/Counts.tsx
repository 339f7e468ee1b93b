import { Group, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { formatCount, localized } from '@/ui/format';
import { useRequest } from '../context';

/** How much changes, by dictionary: in words as soon as the check has counted, in all before. */
export function Counts() {
  const { t } = useTranslation('request');
  const { request, check } = useRequest();
  const counts = check?.validation?.counts ?? [];
  return (
    <Group gap="4px 20px">
      {request.dictionaries.map(({ dictionaryCode, dictionary, itemsCount }) => {
        const counted = counts.find((each) => each.dictionary === dictionaryCode);
        const parts = counted
          ? (['added', 'changed', 'retired'] as const)
              .filter((kind) => counted[kind] > 0)
              .map((kind) => t(`counts.${kind}`, { count: counted[kind], formatted: formatCount(counted[kind]) }))
          : [];
        return (
          <Text key={dictionaryCode} size="sm" c="dimmed">
            <Text span inherit c="bright" fw={550}>
              {localized(dictionary?.name) || dictionaryCode}
            </Text>
            {' — '}
            {parts.length > 0 ? parts.join(', ') : t('counts.items', { count: itemsCount, formatted: formatCount(itemsCount) })}
          </Text>
        );
      })}
    </Group>
  );
}
