import { useEffect, useState } from 'react';
import { ask } from '@/api/asking';
import { language } from '@/i18n';
import type { AttributeInfo } from './attributes';
import type { DifferenceSaid } from './DifferenceList';
import { REFERENCE_NAME } from './ReferenceName';
import type { Named } from './values';

/** Above this many codes nobody waits for names. */
const NAMES_MOST = 60;

function codesOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.filter((each) => typeof each === 'string');
  return typeof value === 'string' ? [value] : [];
}

/** The codes that differences name, each with its dictionary. */
function referredIn(dictionary: string, attributes: AttributeInfo[], differences: DifferenceSaid[]): string[] {
  const found = differences.flatMap(({ subject, attribute, before, after }) => {
    const to = subject === 'PARENT' ? dictionary : attributes.find(({ code }) => code === attribute)?.to;
    return to ? [...codesOf(before), ...codesOf(after)].map((code) => `${to} ${code}`) : [];
  });
  return [...new Set(found)].slice(0, NAMES_MOST);
}

/** Gives differences that were found here the names of what they refer to, as those are called now. */
export function useNamed(dictionary: string, attributes: AttributeInfo[], differences: DifferenceSaid[]): DifferenceSaid[] {
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
  if (names.length === 0) return differences;
  return differences.map((each) => ({ ...each, beforeNames: names, afterNames: names }));
}
