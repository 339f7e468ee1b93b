import { describe, expect, test } from 'vitest';
import type { Attribute } from '../dictionary/shape';
import { isoDate, parse, textOf } from './values';

const attribute = (part: Partial<Attribute>): Attribute =>
  ({ code: 'a', type: 'STRING', list: false, required: false, localized: false, values: [], ...part }) as Attribute;

describe('what is typed', () => {
  test('becomes values of their types', () => {
    expect(parse(attribute({ type: 'INTEGER' }), ' 12 345 ')).toEqual({ value: 12345 });
    expect(parse(attribute({ type: 'DECIMAL' }), '1,50')).toEqual({ value: '1.50' });
    expect(parse(attribute({ type: 'DATE' }), '01.03.2024')).toEqual({ value: '2024-03-01' });
    expect(parse(attribute({ type: 'BOOLEAN' }), 'Да')).toEqual({ value: true });
    expect(parse(attribute({ type: 'REFERENCE' }), 'Алтайский край (01)')).toEqual({ value: '01' });
    expect(parse(attribute({ list: true }), 'a, b')).toEqual({ value: ['a', 'b'] });
    const kind = attribute({ type: 'ENUM', values: [{ code: 'BRANCH', label: { ru: 'Отрасль', en: null } }] });
    expect(parse(kind, 'отрасль')).toEqual({ value: 'BRANCH' });
  });

  test('is held to what the definition says', () => {
    expect(parse(attribute({ required: true }), ' ')).toEqual({ problem: { key: 'required' } });
    expect(parse(attribute({ type: 'INTEGER' }), '1.5')).toEqual({ problem: { key: 'integer' } });
    expect(parse(attribute({ type: 'INTEGER', max: '9' }), '10')).toEqual({ problem: { key: 'great', bound: '9' } });
    expect(parse(attribute({ lengthMax: 3 }), 'длинно')).toEqual({ problem: { key: 'long', bound: '3' } });
    expect(parse(attribute({ pattern: '^\\d{2}$' }), 'x1')).toEqual({ problem: { key: 'pattern', bound: '^\\d{2}$' } });
    expect(parse(attribute({ type: 'DATE' }), '31.02.2024')).toEqual({ problem: { key: 'date' } });
  });

  test('keeps the other language', () => {
    const name = attribute({ localized: true });
    expect(parse(name, 'Новое', { ru: 'Старое', en: 'Old' })).toEqual({ value: { ru: 'Новое', en: 'Old' } });
    expect(textOf(name, { ru: 'Старое', en: 'Old' })).toBe('Старое');
  });

  test('days are days of the calendar', () => {
    expect([isoDate('29.02.2024'), isoDate('29.02.2023'), isoDate('2024-13-01'), isoDate('завтра')]).toEqual([
      '2024-02-29',
      null,
      null,
      null,
    ]);
  });
});
