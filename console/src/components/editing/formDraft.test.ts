import { expect, test } from 'vitest';
import { blankForm, isUntouched, metFields, withValue } from './formDraft';

test('a form knows what others made of its fields meanwhile', () => {
  const blank = blankForm('1', '2026-12-01');
  expect(isUntouched(blank, '1')).toBe(true);
  const typed = withValue(withValue(blank, 'name', 'М', 'Старое'), 'name', 'Моё', 'Старое');
  expect(isUntouched(typed, '1')).toBe(false);
  expect(metFields(typed, { name: 'Старое' })).toEqual([]);
  expect(metFields(typed, { name: 'Моё' })).toEqual([]);
  expect(metFields(typed, { name: 'Чужое', address: 'x' })).toEqual(['name']);
});
