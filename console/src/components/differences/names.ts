import { useEffect, useState } from 'react';
import { ask } from '@/api/asking';
import { language } from '@/i18n';
import type { AttributeInfo } from './attributes';
import type { DifferenceSaid } from './DifferenceList';
import { REFERENCE_NAME } from './ReferenceName';
import { valuesOf } from './timeline';
import type { Named } from './values';

/** Above this many codes nobody waits for names. */
const NAMES_MOST = 100;

function codesOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.filter((each) => typeof each === 'string');
  return typeof value === 'string' ? [value] : [];
}

function referredInWhole(attributes: AttributeInfo[], said: unknown): string[] {
  const values = valuesOf({ attributes: said });
  return attributes.flatMap(({ code, to }) => (to ? codesOf(values[code]).map((each) => `${to} ${each}`) : []));
}

/** The codes that differences name, each with its dictionary. */
function referredIn(dictionary: string, attributes: AttributeInfo[], differences: DifferenceSaid[]): string[] {
  const found = differences.flatMap(({ subject, attribute, before, after }) => {
    if (subject === 'EXISTENCE') return [before, after].flatMap((said) => referredInWhole(attributes, said));
    const to = subject === 'PARENT' ? dictionary : attributes.find(({ code }) => code === attribute)?.to;
    return to ? [...codesOf(before), ...codesOf(after)].map((code) => `${to} ${code}`) : [];
  });
  return [...new Set(found)].slice(0, NAMES_MOST);
}

/** What is called how that differences name, as it is called now. */
export function useNames(dictionary: string, attributes: AttributeInfo[], differences: DifferenceSaid[]): Named[] {
  const [names, setNames] = useState<Named[]>([]);
  const key = referredIn(dictionary, attributes, differences).join('\n');
  useEffect(() => {
    let isOver = false;
    const spoken = language() === 'en' ? 'EN' : 'RU';
    const asked = key === '' ? [] : key.split('\n').map((each) => each.split(' '));
    void Promise.allSettled(
      asked.map(([to = '', code = '']) => ask(REFERENCE_NAME, { dictionary: to, code, language: spoken })),
    ).then((answers) => {
      const known = answers.flatMap((answer) => (answer.status === 'fulfilled' ? (answer.value.dictionary?.item ?? []) : []));
      if (!isOver) setNames(known);
    });
    return () => {
      isOver = true;
    };
  }, [key]);
  return names;
}

/** Gives differences that were found here the names of what they refer to. */
export function useNamed(dictionary: string, attributes: AttributeInfo[], differences: DifferenceSaid[]): DifferenceSaid[] {
  const names = useNames(dictionary, attributes, differences);
  if (names.length === 0) return differences;
  return differences.map((each) => ({
    ...each,
    beforeNames: [...each.beforeNames, ...names],
    afterNames: [...each.afterNames, ...names],
  }));
}
