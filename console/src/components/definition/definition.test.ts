import { describe, expect, test } from 'vitest';
import { check, compiled } from './checking';
import { codeFrom, keyOf, newDefinition, tidy, typeFrom, type Definition } from './definition';
import { flagged, moved, retyped } from './attributeEdits';
import { differences, steps } from './differences';
import { readDefinition } from './shape';

const offices: Definition = {
  code: 'offices',
  type: 'Office',
  name: { ru: 'Органы' },
  display: 'name',
  passport: { owner: 'Управление', access: 'public' },
  attributes: [
    { code: 'name', type: 'string', label: { ru: 'Наименование' }, required: true, length_max: 500 },
    { code: 'region', type: 'reference', to: 'regions', label: { ru: 'Субъект' } },
  ],
  approval: { four_eyes: true, stages: [{ name: { ru: 'Методолог' }, role: 'approver', quorum: 1 }] },
};
const [name, region] = offices.attributes ?? [];

describe('a definition', () => {
  test('that is right has no problem', () => {
    expect(check(offices)).toEqual([]);
    expect(readDefinition(offices)).toEqual({ definition: offices });
  });

  test('says what is wrong by the paths of the server', () => {
    const wrong: Definition = {
      ...offices,
      type: 'Offices',
      display: 'title',
      attributes: [
        { code: 'parent', type: 'enum', label: { ru: '' } },
        { code: 'parent', type: 'integer', label: { ru: 'Число' }, min: 5, max: 1 },
        { code: 'Имя', type: 'string', label: { ru: 'Имя' }, pattern: '(', length_min: 5, length_max: 2 },
      ],
    };
    expect(check(wrong).map(({ path, code }) => `${path} ${code}`)).toEqual([
      'type plural',
      'display display',
      'attributes[0].code reserved',
      'attributes[0].label.ru missing',
      'attributes[0].values values',
      'attributes[1].code twice',
      'attributes[1].max range',
      'attributes[2].code code',
      'attributes[2].pattern pattern',
      'attributes[2].length_max length',
    ]);
  });

  test('of a new dictionary is missing names only', () => {
    const problems = check(newDefinition({ ru: 'Наименование' }, { ru: 'Согласование' }));
    expect(problems.map(({ path }) => path)).toEqual(['name.ru', 'code', 'type', 'passport.owner']);
    expect(problems.every(({ isMissing }) => isMissing)).toBe(true);
  });

  test('is the same whether nothing is written or left out', () => {
    const wordy: Definition = {
      ...offices,
      description: { ru: '', en: '' },
      code_rule: { pattern: '', remove: '' },
      rules: [],
      attributes: offices.attributes?.map((each) => ({ ...each, list: false, pattern: '', values: [] })),
    };
    expect(keyOf(wordy)).toBe(keyOf(offices));
    expect(tidy(wordy)).not.toHaveProperty('code_rule');
  });

  test('keeps what is blank in the files of receivers', () => {
    const projections = [{ code: 'x', name: { ru: 'Икс' }, columns: [{ name: 'a', empty: '', required: false }] }];
    expect(tidy({ ...offices, projections }).projections).toEqual(projections);
  });
});

test('differences are told as the server tells them', () => {
  const after: Definition = {
    ...offices,
    attributes: [region, { ...name, length_max: 300 }, { code: 'inn', type: 'string', label: { ru: 'ИНН' } }] as never,
  };
  expect(differences(offices, after)).toEqual([
    { path: 'attributes[name].length_max', before: 500, after: 300 },
    { path: 'attributes[inn]', before: undefined, after: { code: 'inn', type: 'string', label: { ru: 'ИНН' } } },
    { path: 'attributes', before: ['name', 'region'], after: ['region', 'name', 'inn'] },
  ]);
  expect(steps('attributes[name].values[IN_FORCE].label')).toEqual([
    { key: 'attributes', code: 'name' },
    { key: 'values', code: 'IN_FORCE' },
    { key: 'label' },
  ]);
});

test('a piece of JSON with another shape is found', () => {
  expect(readDefinition([])).toEqual({ wrong: { path: '', expected: 'object' } });
  const misnamed = { ...offices, attributes: [{ code: 'a', type: 'number', label: { ru: 'А' } }] };
  expect(readDefinition(misnamed)).toMatchObject({ wrong: { path: 'attributes[0].type', expected: 'choice' } });
  expect(readDefinition({ ...offices, lenght: 1 })).toEqual({ wrong: { path: 'lenght', expected: 'unknown' } });
});

test('another type leaves behind what is not its own', () => {
  const text = {
    code: 'a',
    type: 'string' as const,
    label: { ru: 'А' },
    length_max: 5,
    pattern: 'x',
    search: true,
    required: true,
  };
  expect(retyped(text, 'date')).toEqual({ code: 'a', type: 'date', label: { ru: 'А' }, required: true });
  expect(flagged({ ...text, localized: true }, 'unique', true)).toMatchObject({ unique: true, localized: false, list: false });
});

test('codes and types are suggested', () => {
  expect(codeFrom('Вид органа (прокуратуры)')).toBe('vid_organa_prokuratury');
  expect(codeFrom('1-й съезд')).toBe('y_sezd');
  expect(typeFrom('case_types')).toBe('CaseType');
  expect(typeFrom('categories')).toBe('Category');
  expect(typeFrom('vidy_obrashcheniy')).toBe('VidyObrashcheniyItem');
});

test('elements are moved, and not beyond the ends', () => {
  expect(moved(['a', 'b', 'c'], 0, 2)).toEqual(['b', 'c', 'a']);
  expect(moved(['a', 'b', 'c'], 2, 1)).toEqual(['a', 'c', 'b']);
  expect(moved(['a'], 0, 1)).toEqual(['a']);
});

test('patterns of the server that the browser cannot ask are left to the server', () => {
  expect(compiled('(')).toBeNull();
  expect(compiled('^[0-9]{2}$')?.test('77')).toBe(true);
  expect(compiled('(?i)abc')).toBeUndefined();
});
