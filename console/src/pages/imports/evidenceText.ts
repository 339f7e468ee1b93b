import { language } from '@/i18n';

/**
 * What the service found out about a file comes in its own sentences; these are the usual ones, worded for who reads Russian. A
 * sentence that is not among them is shown as it came.
 */
const WORDED: Array<[RegExp, string]> = [
  [/text that is neither JSON, XML nor Turtle/, 'обычный текст: не JSON, не XML и не Turtle'],
  [/its name ends in (\S+)/, 'по окончанию имени: $1'],
  [/as named, although the file is/, 'как указано, хотя в файле'],
  [/as named/, 'как указано'],
  [
    /not UTF-8 from line (\d+) on; as (\S+) (\d+) of (\d+) pairs of letters are common in Russian, and (\d+) as (\S+), the next best/,
    'не UTF-8 начиная со строки $1; как $2 читаются $3 из $4 обычных для русского пар букв, а как $6 — только $5',
  ],
  [/valid UTF-8 with (\d[\d,]*) Cyrillic letters?/, 'верный UTF-8, русских букв: $1'],
  [/valid UTF-8 with (\d[\d,]*) characters? beyond ASCII/, 'верный UTF-8, знаков вне латиницы: $1'],
  [/ and a byte-order mark/, ', есть метка порядка байтов'],
  [/plain ASCII/, 'только латиница'],
  [/(\S+) gives (\d+) columns in all of the (?:first )?(\d+) records/, '$1 даёт $2 столбца(ов) во всех $3 строках'],
  [/(\S+) gives (\d+) columns in (\d+) of the (?:first )?(\d+) records/, '$1 даёт $2 столбца(ов) в $3 строках из $4'],
  [/(\S+) gives (\d+) columns in the only record/, '$1 даёт $2 столбца(ов) в единственной строке'],
  [/a single column: (\S+) is not among the first records/, 'один столбец: $1 в первых строках не встречается'],
  [/none: no field of the (?:first )?(\d+) records? is quoted/, 'нет: ни одно поле из $1 строк не в кавычках'],
  [/fields? of the (?:first )?(\d+) records?/, 'полей в $1 строках'],
  [/all of the (?:first )?(\d+) records? have (\d+) cells?/, 'во всех $1 строках по $2 ячейки(ек)'],
  [/(\d+) of the (?:first )?(\d+) records have (\d+) cells?, (\d+) not: /, '$1 строк из $2 по $3 ячейки(ек), у $4 иначе: '],
  [/line (\d+) has (\d+)/g, 'в строке $1 — $2'],
  [/none: the file is one line/, 'файл из одной строки'],
  [/a decimal comma in columns? (.+)/, 'десятичная запятая, столбцы: $1'],
  [/ in columns? (.+)$/, ', столбцы: $1'],
  [/none: the first row names nothing that the dictionary has/, 'нет: в первой строке нет знакомых названий'],
  [/row (\d+): (\d+) of (\d+) names are known/, 'строка $1: знакомы $2 названия из $3'],
  [/^row (\d+)$/, 'строка $1'],
  [/columns as the format names them/, 'столбцы названы в самом формате'],
  [/; the last line has none, as where a file was cut off/, '; последняя строка не закончена — возможно, файл обрезан'],
  [/collections \((\d+)\)/, 'коллекции ($1)'],
  [/what is neither concept nor scheme \((\d+)\), such as (<.+>)/, 'записи, которые не понятия и не схемы ($1), например $2'],
  [/(\d+) more properties/, 'другие свойства: $1'],
];

/** A finding in the language of whoever reads it. */
export function evidenceText(found: string): string {
  if (language() === 'en') return found;
  return WORDED.reduce((text, [pattern, words]) => text.replace(pattern, words), found).replaceAll('`', '');
}
