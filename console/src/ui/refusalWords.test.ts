import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import i18next, { type TFunction } from 'i18next';
import { beforeAll, expect, test } from 'vitest';
import { language } from '@/i18n';
import commonEn from '@/i18n/en/common.json';
import en from '@/i18n/en/refusal.json';
import commonRu from '@/i18n/ru/common.json';
import ru from '@/i18n/ru/refusal.json';
import { WORDED } from './particulars';
import { afterColon, placeOf, refusalIn, reported, sentence, told } from './refusalWords';

const listed = JSON.parse(readFileSync(join(import.meta.dirname, '../../../graphql/refusals.json'), 'utf8')) as Array<{
  code: string;
}>;
let t: TFunction;

beforeAll(async () => {
  const resources = { ru: { common: commonRu, refusal: ru }, en: { common: commonEn, refusal: en } };
  t = await i18next.init({ lng: 'ru', resources, defaultNS: 'common', interpolation: { escapeValue: false } });
});

const refusal = (code: string, message = '', path: string[] = []) => ({ code, message, path });

test('every code by which the service refuses has words in both languages', () => {
  const missing = listed.flatMap(({ code }) =>
    (['ru', 'en'] as const)
      .filter((each) => !({ ru, en }[each].code as Record<string, string>)[code])
      .map((each) => `${each} ${code}`),
  );
  expect(missing).toEqual([]);
  expect(listed.length).toBeGreaterThan(150);
});

test('no words are kept for codes that the service does not have', () => {
  const known = new Set([...listed.map(({ code }) => code), 'UNKNOWN']);
  expect(Object.keys(ru.code).filter((code) => !known.has(code))).toEqual([]);
  expect(Object.keys(en.code)).toEqual(Object.keys(ru.code));
});

test('words are whole sentences, the Russian ones in Russian', () => {
  for (const words of Object.values(ru.code)) expect(words).toMatch(/^[А-ЯЁ].*[а-яё].*[.]$/);
  for (const words of Object.values(en.code)) expect(words).toMatch(/^[A-Z].*[.]$/);
});

test('values, limits and dates of the message are kept', () => {
  expect(language()).toBe('ru');
  expect(sentence(t, refusal('LENGTH', '"абвг" has 4 characters, and at most 3 are allowed'))).toBe(
    'Слишком коротко или слишком длинно. «абвг» — знаков: 4, а можно не больше 3.',
  );
  expect(
    told(t, refusal('REFERENCE_GAP', '"77" of regions is not valid from 2026-01-01, and this version is valid always')).more,
  ).toBe('Элемент «77» справочника regions не действует с 01.01.2026, а эта версия действует всегда.');
  expect(told(t, refusal('PATTERN', '"x" does not match ^\\d{2}$')).more).toBe('«x» не подходит под образец ^\\d{2}$');
  expect(told(t, refusal('UNIQUE', 'the value is not unique: 12 has it too (from 2024-01-01 until 2025-01-01)')).more).toBe(
    'Оно у элемента 12, с 01.01.2024 до 01.01.2025.',
  );
});

test('a message that is not known is shown as it came, after our words', () => {
  expect(sentence(t, refusal('FILE_DAMAGED', 'sheet 7 is cut off'))).toBe(
    'Файл повреждён или это не то, чем он назван. (sheet 7 is cut off)',
  );
  expect(sentence(t, refusal('SOMETHING_NEW', 'it is new'))).toBe('it is new');
});

test('a message that says nothing more is left out', () => {
  expect(sentence(t, refusal('REQUIRED', 'is required and blank'))).toBe('Нужно заполнить.');
  expect(sentence(t, refusal('FOUR_EYES', 'you changed something in this request yourself'))).toBe(ru.code.FOUR_EYES);
});

test('a rule of a dictionary speaks by its definition', () => {
  const broken = {
    ...refusal('district_needs_parent', 'a district needs a parent'),
    ruleMessage: { ru: 'Району нужен регион.', en: null },
  };
  expect(sentence(t, broken)).toBe('Району нужен регион.');
});

test('an argument is called as people call it', () => {
  expect(placeOf(t, ['title'])).toBe('Название');
  expect(placeOf(t, ['basis.link'])).toBe('Ссылка на документ');
  expect(placeOf(t, ['basis'])).toBe('basis');
  expect(placeOf(t, ['offices', '77', 'name'])).toBe('offices / 77 / name');
  expect(afterColon('Нужно заполнить.')).toBe('нужно заполнить.');
});

test('the lines of a report are worded, with their place', () => {
  const line = 'data.csv:3:2: offices/77/name: is required and blank [required]';
  expect(reported(t, line)).toBe('data.csv / строка 3 / 77 / name: нужно заполнить.');
  expect(reported(t, '9: offices: the row has 2 fields, and the header has 5 [row_ragged]')).toBe(
    'строка 9: в строке не столько значений, сколько столбцов. Значений 2, а столбцов 5.',
  );
  expect(reported(t, 'offices: no column holds the code: name one `code` [column_missing]')).toBe(
    'В файле нет нужного столбца. Не указано, в каком столбце код.',
  );
  expect(refusalIn(t, line)).toEqual({
    code: 'REQUIRED',
    message: 'is required and blank',
    path: ['data.csv', 'строка 3', '77', 'name'],
  });
  expect(reported(t, 'the file is gone')).toBe('the file is gone');
});

/** The longest words that a pattern has as they are. */
function longest(pattern: RegExp): string {
  const chunks = pattern.source.replaceAll('\\/', '/').split(/\\[A-Za-z]|[\\^$.|?*+()[\]{}"`<>:]/);
  return chunks.reduce((one, other) => (other.length > one.length ? other : one)).trim();
}

test('what is told in Russian is what the service says', () => {
  const root = join(import.meta.dirname, '../../../src');
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.rs'));
  const said = files.map((name) => readFileSync(join(root, name), 'utf8')).join('\n');
  expect(WORDED.map(([pattern]) => longest(pattern)).filter((words) => !said.includes(words))).toEqual([]);
});

test('who must approve and how a request stands are told in Russian', () => {
  const missing = '2 more approver of offices (stage 1), 1 more owner of offices (stage 2)';
  const message = `this needs approval before it is published: ${missing}; send it to review instead (--submit)`;
  expect(told(t, refusal('APPROVAL_NEEDED', message)).more).toBe(
    'Нужно: согласующий справочника offices, ещё 2 (этап 1), владелец справочника offices, ещё 1 (этап 2).',
  );
  expect(
    told(t, refusal('WRONG_STATE', 'change request 12 is in_review, and only one that is draft or returned can be edited')).more,
  ).toBe('Заявка № 12 сейчас на согласовании.');
});
