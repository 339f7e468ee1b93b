import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Refusal } from '@/api/refusals';
import { afterColon, languageOf, told } from './refusalWords';

interface RefusalSentenceProps {
  refusal: Refusal;
  /** What it is about, as the page calls it; blank where that goes without saying. */
  place: string | undefined;
}

/** One refusal: what it is about, what it means, and beneath it what the service says beyond that: values, codes, dates. */
export function RefusalSentence({ refusal, place }: RefusalSentenceProps) {
  const { t } = useTranslation();
  const { words, more } = told(t, refusal);
  return (
    <>
      {place && (
        <Text span inherit fw={600}>
          {place}:{' '}
        </Text>
      )}
      {place ? afterColon(words) : words}
      {more && (
        <Text size="xs" c="dimmed" lang={languageOf(more)} style={{ overflowWrap: 'anywhere' }}>
          {more}
        </Text>
      )}
    </>
  );
}
