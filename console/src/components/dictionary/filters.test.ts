import { describe, expect, test } from 'vitest';
import { dataFilter, exportFilters, filtersIn, withFilter } from './filters';
import { camelCase, screamingCase } from './naming';
import type { Shape } from './shape';

const attribute = (code: string, type: string, list = false) => ({ code, type, list, label: { ru: code } });
const shape = {
  isHierarchical: true,
  attributes: [
    attribute('name', 'STRING'),
    attribute('office_kind', 'REFERENCE'),
    attribute('number', 'INTEGER'),
    attribute('since', 'DATE'),
    attribute('others', 'STRING', true),
  ],
} as unknown as Shape;

describe('filters', () => {
  test('stand in the address and are taken away by blank', () => {
    const search = withFilter(new URLSearchParams('on=2024-01-01'), 'name', 'барнаул');
    expect(filtersIn(search)).toEqual({ name: 'барнаул' });
    expect(withFilter(search, 'name', '').toString()).toBe('on=2024-01-01');
  });

  test('are asked of the data API by its names', () => {
    const asked = dataFilter(shape, {
      name: 'x',
      office_kind: 'A,B',
      number: '10..20',
      since: '..2024-01-01',
      under: '1',
      others: 'no',
    });
    expect(asked).toEqual({
      name: { contains: 'x' },
      officeKind: { in: ['A', 'B'] },
      number: { gte: 10, lte: 20 },
      since: { lte: '2024-01-01' },
      descendantOf: '1',
    });
    expect(dataFilter(shape, {})).toBeNull();
  });

  test('go into an export as far as it can say them', () => {
    expect(exportFilters(shape, { office_kind: 'A,B', under: '1' })).toEqual(['office_kind=A|B', 'under=1']);
    expect(exportFilters(shape, { name: 'x' })).toBeNull();
  });

  test('names are those of the data API', () => {
    expect([camelCase('valid_from'), camelCase('alpha_2'), screamingCase('validFrom'), screamingCase('alpha_2')]).toEqual([
      'validFrom',
      'alpha2',
      'VALID_FROM',
      'ALPHA_2',
    ]);
  });
});
