import { diffArrays } from 'diff';
import { expect, test } from 'vitest';
import { joined, wordsOf } from './words';

const told = (before: string, after: string) =>
  joined(diffArrays(wordsOf(before), wordsOf(after)))
    .map(({ value, kind }) => (kind === 'same' ? value : kind === 'added' ? `{+${value}+}` : `[-${value}-]`))
    .join('');

test('a Russian word is compared as a whole', () => {
  expect(told('город Псков, дом 6', 'г. Псков, д. 6')).toBe('[-город-]{+г.+} Псков, [-дом-]{+д.+} 6');
});

test('texts that have little in common are shown one after the other', () => {
  expect(told('Адрес первый', 'Совсем другое место')).toBe('[-Адрес первый-]{+Совсем другое место+}');
});

test('two changed words in a row are one change', () => {
  expect(told('ул. Ленина, красный большой дом', 'ул. Ленина, белый малый дом')).toBe(
    'ул. Ленина, [-красный большой-]{+белый малый+} дом',
  );
});

test('what was blank is all new, and the other way round', () => {
  expect(told('', '111')).toBe('{+111+}');
  expect(told('111', '')).toBe('[-111-]');
  expect(told('', '')).toBe('');
});
