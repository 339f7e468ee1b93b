import { Group, Text, VisuallyHidden } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { formatCount } from '@/ui/format';

interface EditionCountsProps {
  added: number;
  changed: number;
  retired: number;
}

const SIGNS = { added: '+', changed: '~', retired: '−' } as const;
const TONES = { added: 'added', changed: 'changed', retired: 'annulled' } as const;

/** How many items came, changed and went, as `+3 ~12 −1`; read aloud in words. */
export function EditionCounts(counts: EditionCountsProps) {
  const { t } = useTranslation('publication');
  const kinds = (['added', 'changed', 'retired'] as const).filter((kind) => counts[kind] > 0);
  if (kinds.length === 0)
    return (
      <Text span size="sm" c="dimmed">
        {t('counts.none')}
      </Text>
    );
  return (
    <Group component="span" gap={8} display="inline-flex" wrap="nowrap">
      {kinds.map((kind) => (
        <Text key={kind} span size="sm" fw={550} c={`var(--svod-${TONES[kind]})`} title={t(`counts.${kind}`)}>
          <span aria-hidden>
            {SIGNS[kind]}
            {formatCount(counts[kind])}
          </span>
          <VisuallyHidden>
            {t(`counts.${kind}`)}: {formatCount(counts[kind])}
          </VisuallyHidden>
        </Text>
      ))}
    </Group>
  );
}
