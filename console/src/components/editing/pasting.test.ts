import { describe, expect, test } from 'vitest';
import type { GridColumn } from '@/ui/grid/model';
import { mapPasted } from './pasting';

const columns: GridColumn[] = [
  { id: 'code', title: 'Код', kind: 'text' },
  { id: 'name', title: 'Наименование', kind: 'text', isEditable: true },
  { id: 'since', title: 'С даты', kind: 'date', isEditable: true },
];
const words = { yes: 'да', no: 'нет' };
const covered = ['name', 'since'];

describe('a pasted block', () => {
  test('fills the cells from the selected one on', () => {
    const mapped = mapPasted({ block: [['А', '1.3.2024'], ['Б'], ['В']], columns: covered, rows: ['1', '2'] }, columns, words);
    expect(mapped).toEqual({
      cells: [
        { row: '1', column: 'name', text: 'А' },
        { row: '1', column: 'since', text: '2024-03-01' },
        { row: '2', column: 'name', text: 'Б' },
      ],
      lost: 1,
      unknown: [],
      hasHeader: false,
    });
  });

  test('is of the items whose codes it has', () => {
    const block = [
      ['7', 'А'],
      ['8', 'Б'],
    ];
    const mapped = mapPasted({ block, columns: ['code', 'name', 'since'], rows: ['1', '2'] }, columns, words);
    expect(mapped.cells).toEqual([
      { row: '7', column: 'name', text: 'А' },
      { row: '8', column: 'name', text: 'Б' },
    ]);
  });

  test('names its columns in any order, and says which nobody knows', () => {
    const block = [
      ['НАИМЕНОВАНИЕ', 'Примечание', 'код'],
      ['А', 'x', '7'],
      ['', '', ''],
      ['Б', '', ''],
    ];
    const mapped = mapPasted({ block, columns: covered, rows: [] }, columns, words);
    expect(mapped).toEqual({
      cells: [{ row: '7', column: 'name', text: 'А' }],
      lost: 1,
      unknown: ['Примечание'],
      hasHeader: true,
    });
  });
});
