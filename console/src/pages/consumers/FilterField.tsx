import { Button, Group, Text, Textarea } from '@mantine/core';
import { useTranslation } from 'react-i18next';

const EXAMPLES = [
  ['region', "item.region == '77'"],
  ['child', 'has(item.parent)'],
  ['codes', "item.code.startsWith('77')"],
] as const;

interface FilterFieldProps {
  value: string;
  onChange: (filter: string) => void;
}

/** A condition on items, with examples to begin with. */
export function FilterField({ value, onChange }: FilterFieldProps) {
  const { t } = useTranslation('consumer');
  return (
    <div>
      <Textarea
        label={t('field.filter')}
        description={t('field.filterHint')}
        autosize
        minRows={1}
        spellCheck={false}
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
      <Group gap={6} mt={6}>
        <Text size="xs" c="dimmed">
          {t('field.examples')}
        </Text>
        {EXAMPLES.map(([name, filter]) => (
          <Button key={name} size="compact-xs" variant="default" fw={400} onClick={() => onChange(filter)}>
            {t(`example.${name}`)}
          </Button>
        ))}
      </Group>
    </div>
  );
}
