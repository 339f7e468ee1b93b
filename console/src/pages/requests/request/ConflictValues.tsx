import { Box, SimpleGrid, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { AttributeInfo } from '@/components/differences/attributes';
import { ReferenceName } from '@/components/differences/ReferenceName';
import { Value } from '@/components/differences/Value';
import { localized } from '@/ui/format';
import { Period } from '@/ui/Period';
import { WordDiff } from '@/ui/WordDiff';
import classes from './ConflictValues.module.css';
import type { Conflict } from './reading';

interface ConflictValuesProps {
  conflict: Conflict;
  attributes: AttributeInfo[];
}

const SIDES = ['base', 'theirs', 'mine'] as const;

/** What both began with, what is published now, and what the request says: side by side. */
export function ConflictValues({ conflict, attributes }: ConflictValuesProps) {
  const { t } = useTranslation('request');
  const attribute = attributes.find(({ code }) => code === conflict.subject);
  const label = localized(attribute?.label);
  return (
    <>
      <Text size="sm" c="dimmed" mb="sm">
        {label || subjectWord(conflict.subject, t)} · <Period from={conflict.validFrom} until={conflict.validTo} />
      </Text>
      <SimpleGrid cols={{ base: 1, sm: 3 }} spacing="sm">
        {SIDES.map((side) => (
          <Box key={side} className={classes['side'] ?? ''} data-side={side}>
            <Text size="xs" c="dimmed" fw={600} mb={4}>
              {t(`conflict.${side}`)}
            </Text>
            <Box className={classes['said'] ?? ''}>
              <Said conflict={conflict} attribute={attribute} side={side} />
            </Box>
          </Box>
        ))}
      </SimpleGrid>
    </>
  );
}

function subjectWord(subject: string, t: ReturnType<typeof useTranslation<'request'>>['t']): string {
  const known = (['parent', 'existence', 'retirement'] as const).find((each) => each === subject);
  return known ? t(`conflict.subject.${known}`) : subject;
}

interface SaidProps {
  conflict: Conflict;
  attribute: AttributeInfo | undefined;
  side: (typeof SIDES)[number];
}

function Said({ conflict, attribute, side }: SaidProps) {
  const { t } = useTranslation('request');
  const { subject, base, dictionary } = conflict;
  const value = conflict[side];
  if (subject === 'existence') return <>{value === null || value === undefined ? t('conflict.absent') : t('conflict.present')}</>;
  if (subject === 'parent' && typeof value === 'string') return <ReferenceName dictionary={dictionary} code={value} />;
  if (subject === 'retirement') {
    const reason = typeof value === 'object' && value !== null ? (value as { reason?: string }).reason : undefined;
    return <>{reason ?? t('conflict.notRetired')}</>;
  }
  if (side !== 'base' && typeof value === 'string' && typeof base === 'string' && isWords(attribute)) {
    return <WordDiff before={base} after={value} isBeside />;
  }
  if (!attribute && value !== null && typeof value === 'object') return <>{JSON.stringify(value)}</>;
  return <Value attribute={attribute} value={value} />;
}

function isWords(attribute: AttributeInfo | undefined): boolean {
  return attribute?.type === 'STRING' || attribute?.type === 'TEXT';
}
