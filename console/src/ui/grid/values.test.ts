import { expect, it } from 'vitest';
import type { GridColumn } from './model';
import { typedValue } from './values';

const WORDS = { yes: 'да', no: 'нет' };
const column = (kind: GridColumn['kind'], more: Partial<GridColumn> = {}): GridColumn => ({ id: 'x', title: 'X', kind, ...more });

it('reads what people type as the values of cells', () => {
  expect(typedValue(column('text'), '  текст ', WORDS)).toBe('текст');
  expect(typedValue(column('date'), '1.3.2024', WORDS)).toBe('2024-03-01');
  expect(typedValue(column('date'), '2024-03-01', WORDS)).toBe('2024-03-01');
  expect(typedValue(column('number'), '12\u00a0345,60', WORDS)).toBe('12345.60');
  expect(typedValue(column('boolean'), 'Да', WORDS)).toBe('true');
  expect(typedValue(column('boolean'), '0', WORDS)).toBe('false');
});

it('reads a choice by value, by label and by the code in brackets', () => {
  const choices = [{ value: 'CITY', label: 'Город' }];
  expect(typedValue(column('choice', { choices }), 'город', WORDS)).toBe('CITY');
  expect(typedValue(column('choice', { choices }), 'CITY', WORDS)).toBe('CITY');
  expect(typedValue(column('choice'), 'Алтайский край (22)', WORDS)).toBe('22');
});

it('leaves what it does not understand for the service to refuse', () => {
  expect(typedValue(column('date'), 'завтра', WORDS)).toBe('завтра');
  expect(typedValue(column('number'), '12 шт', WORDS)).toBe('12 шт');
  expect(typedValue(column('boolean'), 'может быть', WORDS)).toBe('может быть');
});
