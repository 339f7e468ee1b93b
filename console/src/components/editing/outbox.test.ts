import { describe, expect, test } from 'vitest';
import { collisions, countOf, settled, withEdits, withoutSaved, type Outbox } from './outbox';

const empty: Outbox = { on: '2026-12-01', rows: {} };
const known = () => false;

describe('the outbox', () => {
  test('keeps what was typed and forgets what was typed back', () => {
    const typed = withEdits(empty, [{ row: '1', column: 'name', text: 'Новое', seen: 'Старое' }], known);
    expect(countOf(typed)).toBe(1);
    const again = withEdits(typed, [{ row: '1', column: 'name', text: 'Новейшее', seen: 'Новое' }], known);
    expect(again.rows['1']?.cells['name']).toEqual({ text: 'Новейшее', seen: 'Старое' });
    expect(countOf(withEdits(again, [{ row: '1', column: 'name', text: 'Старое', seen: 'Новейшее' }], known))).toBe(0);
  });

  test('forgets what was saved and keeps what was typed meanwhile', () => {
    const sent = withEdits(empty, [{ row: '1', column: 'name', text: 'Новое', seen: 'Старое' }], known);
    expect(countOf(withoutSaved(sent, sent.rows))).toBe(0);
    const meanwhile = withEdits(sent, [{ row: '1', column: 'name', text: 'Ещё новее', seen: 'Новое' }], known);
    expect(withoutSaved(meanwhile, sent.rows).rows['1']?.cells['name']).toEqual({ text: 'Ещё новее', seen: 'Новое' });
  });

  test('meets others only in the same cell, and lets one choose', () => {
    const mine = withEdits(
      empty,
      [
        { row: '1', column: 'name', text: 'Моё', seen: 'Старое' },
        { row: '1', column: 'address', text: 'Новый адрес', seen: 'Адрес' },
      ],
      known,
    );
    const met = collisions(mine.rows, (row, column) => (row === '1' && column === 'name' ? 'Чужое' : 'Адрес'));
    expect(met).toEqual([{ row: '1', column: 'name', mine: 'Моё', theirs: 'Чужое' }]);
    expect(settled(mine, met, () => false).rows['1']?.cells).toEqual({ address: { text: 'Новый адрес', seen: 'Адрес' } });
    expect(settled(mine, met, () => true).rows['1']?.cells['name']).toEqual({ text: 'Моё', seen: 'Чужое' });
  });
});
