import { describe, expect, test } from 'vitest';
import { formatBlock, parseBlock } from './block';

describe('a block of cells', () => {
  test('is read as a spreadsheet writes it', () => {
    expect(parseBlock('01\tАдыгея\r\n02\tБашкортостан\r\n')).toEqual([
      ['01', 'Адыгея'],
      ['02', 'Башкортостан'],
    ]);
    expect(parseBlock('"две\nстроки"\t"с ""кавычками"""\n\t')).toEqual([
      ['две\nстроки', 'с "кавычками"'],
      ['', ''],
    ]);
    expect(parseBlock('одна')).toEqual([['одна']]);
    expect(parseBlock('')).toEqual([]);
    expect(parseBlock('5" труба\tx')).toEqual([['5" труба', 'x']]);
  });

  test('is written so that it is read again', () => {
    const rows = [
      ['a\tb', 'две\nстроки'],
      ['"', ''],
    ];
    expect(parseBlock(formatBlock(rows))).toEqual(rows);
  });
});
