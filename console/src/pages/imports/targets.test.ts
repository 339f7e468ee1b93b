import { describe, expect, test } from 'vitest';
import { mappingOf, targetOf, undecidedCount } from './targets';

const column = (name: string, target: string, because: string) => ({ name, target, because, samples: [] });

describe('the mapping of columns', () => {
  test('only what somebody chose is sent, by the names of the columns', () => {
    const columns = [column('Код', 'code', 'label'), column('Имя', '-', 'unknown'), column('Прочее', '-', 'unknown')];
    expect(undecidedCount(columns, {})).toBe(2);
    const choices = { 1: 'name', 2: '-' };
    expect(undecidedCount(columns, choices)).toBe(0);
    expect(mappingOf(columns, { 1: 'name' })).toEqual([['map', 'Имя=name']]);
    expect(mappingOf(columns, choices)).toEqual([
      ['map', 'Имя=name'],
      ['map', 'Прочее=-'],
    ]);
  });

  test('columns without names are named in order', () => {
    const columns = [column('', '-', 'unknown'), column('', '-', 'unknown')];
    expect(mappingOf(columns, { 0: 'code' })).toEqual([['columns', 'code,-']]);
  });

  test('a choice stands before what was found', () => {
    expect(targetOf(column('a', 'code', 'code'), 0, { 0: '-' })).toBe('-');
  });
});
