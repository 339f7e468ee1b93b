import { describe, expect, it } from 'vitest';
import { parseBlock, pastedSize, writeBlock } from './blocks';

describe('a block from a spreadsheet', () => {
  it('is cells between tabs and rows between line ends, the last of which may be there', () => {
    expect(parseBlock('a\tb\r\nc\td\r\n')).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
    expect(parseBlock('a\tb\nc\td')).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
  });

  it('keeps empty cells and empty rows', () => {
    expect(parseBlock('\t\n\nx\t')).toEqual([['', ''], [''], ['x', '']]);
    expect(parseBlock('')).toEqual([]);
  });

  it('reads line ends, tabs and doubled quotes inside quotes', () => {
    expect(parseBlock('"две\r\nстроки"\t"с ""кавычками"""\t"a\tb"')).toEqual([['две\nстроки', 'с "кавычками"', 'a\tb']]);
  });

  it('leaves quotes that nobody meant to quote with', () => {
    expect(parseBlock('"Ромашка" ООО\tООО "Ромашка"')).toEqual([['"Ромашка" ООО', 'ООО "Ромашка"']]);
    expect(parseBlock('"не закрыта\tдальше')).toEqual([['"не закрыта', 'дальше']]);
  });

  it('comes back as it was written', () => {
    const block = [
      ['a', '"Ромашка"', 'две\nстроки'],
      ['', 'x\ty', '1,5'],
    ];
    expect(parseBlock(writeBlock(block))).toEqual(block);
  });

  it('is repeated over a selection that it fills in whole, and stands once otherwise', () => {
    expect(pastedSize([['x']], 5, 2)).toEqual({ rows: 5, columns: 2 });
    expect(pastedSize([['x', 'y']], 4, 4)).toEqual({ rows: 4, columns: 4 });
    expect(pastedSize([['x', 'y']], 4, 3)).toEqual({ rows: 1, columns: 2 });
    expect(pastedSize([['x'], ['y']], 1, 1)).toEqual({ rows: 2, columns: 1 });
  });
});
