import { language } from '@/i18n';
import { formatDate } from './format';

/** An interval in the words of the service: `from 2024-01-01 until 2025-01-01`. */
const PERIOD = String.raw`always|(?:from \S+ )?until [\d-]+|from [\d-]+`;

/**
 * What the service's sentences say beyond the words that a refusal has of its own: values, limits, dates, codes. These are the usual
 * ones, for who reads Russian; a blank one says nothing more. A sentence that is not among them is shown as it came.
 */
export const WORDED: Array<[RegExp, string]> = [
  [/^is required and blank$/, ''],
  [/^is required in Russian$/, 'Нужен текст на русском языке.'],
  [/^a change request needs a title: say what is to change$/, ''],
  [/^say the \w+: others will read it$/, ''],
  [/^(".*") is not one of the values$/s, 'Указано $1.'],
  [/^(".*") has (\d+) characters, and at most (\d+) are allowed$/s, '$1 — знаков: $2, а можно не больше $3.'],
  [/^(".*") has (\d+) characters, and at least (\d+) are needed$/s, '$1 — знаков: $2, а нужно не меньше $3.'],
  [/^\S+ has more than (\d+) characters$/, 'Можно не больше $1 знаков.'],
  [/^(".*") does not match (.+)$/s, '$1 не подходит под образец $2'],
  [/^(\S+) is less than (\S+)$/, '$1 меньше, чем $2.'],
  [/^(\S+) is greater than (\S+)$/, '$1 больше, чем $2.'],
  [/^the value is not unique: (.+) has it too \((.+)\)$/, 'Оно у элемента $1, $2.'],
  [/^(".*") is not an item of (\S+)$/s, 'Кода $1 нет в справочнике $2.'],
  [/^(".*") was annulled in (\S+)$/s, 'Элемент $1 справочника $2 аннулирован.'],
  [/^the successor (".*") is not an item of this dictionary$/s, 'Преемника $1 в справочнике нет.'],
  [
    new RegExp(`^(".*") of (\\S+) is not valid (${PERIOD}), and this version is valid (${PERIOD})$`, 's'),
    'Элемент $1 справочника $2 не действует $3, а эта версия действует $4.',
  ],
  [
    /^(".*") of (\S+) is retired on (\S+), and (".*") refers to it (.+): name a successor that is valid then$/s,
    'Элемент $1 справочника $2 прекращается $3, а $4 ссылается на него $5.',
  ],
  [/^two versions(?: of \S+)? overlap: (.+) and (.+)$/, 'Одна версия действует $1, другая — $2.'],
  [/^has (\d+) versions, and at most (\d+) are allowed$/, 'Их $1, а можно не больше $2.'],
  [
    /^more than (\d+) rows say something new, .+$/,
    'Их больше $1: загрузите файл по частям или попросите администратора поднять предел (--changing-rows-max).',
  ],
  [/^an item has at most (\d+) versions, and this one (\d+)$/, 'Их $2, а можно не больше $1.'],
  [/^an item has at most (\d+) successors, and (\d+) are named$/, 'Их $2, а можно не больше $1.'],
  [/^stands under itself \((.+)\), (.+)$/, '$1, $2.'],
  [/^stands deeper than (\d+) levels$/, 'Можно не больше $1.'],
  [/^(\d+) items have no parent(?: on (\S+))?, and at most (\d+) may$/, 'Без вышестоящего — $1 ($2), а можно не больше $3.'],
  [/^a code has 1 to (\d+) printable characters.*$/, 'В коде от 1 до $1 видимых знаков, без пробелов по краям.'],
  [/^(".*") is not a date as 2024-02-29 or 29\.02\.2024$/s, '$1 — не дата; пишите 29.02.2024.'],
  [/^(".*") is not a whole number from .+$/s, '$1 — не целое число.'],
  [/^(".*") is not a decimal number .+$/s, '$1 — не число; дробную часть отделяют точкой.'],
  [/^(".*") is not true or false .+$/s, '$1 — не «да» и не «нет».'],
  [/^(".*") is not one of (.+)$/s, '$1 — нет такого среди: $2.'],
  [/^must be a list$/, 'Нужен список.'],
  [/^must be a single value$/, 'Нужно одно значение.'],
  [/^(\S+) has no attribute (".*")$/s, 'Справочник $1, атрибут $2.'],
  [/^(".*") has a line break or a control character; .+$/s, '$1'],
  [/^(".*") has a control character$/s, '$1'],
  [/^\S+ has a control character: take it out$/, ''],
  [/^the item (\S+) is there already: update it, or take another code$/, 'Код: $1.'],
  [/^the item (\S+) is not valid on (\S+) or later: there is nothing to end$/, 'Элемент $1 не действует с $2.'],
  [/^the item (\S+) is valid on (\S+) or later: there is nothing to restore$/, 'Элемент $1 действует $2 или позже.'],
  [/^the item (\S+) is not valid (.+): restore it, or say its versions anew$/, 'Элемент $1 не действует $2.'],
  [/^the item (\S+) is not valid (.+) anyway$/, 'Элемент $1 не действует $2.'],
  [
    /^the item (\S+) begins on (\S+) or later, so nothing of it would be left: annul it instead$/,
    'Элемент $1 начинает действовать $2 или позже.',
  ],
  [/^the item (\S+) would have no version left: annul it instead$/, 'Элемент $1.'],
  [/^the code (\S+) was annulled and is not free: restore the item instead$/, 'Код: $1.'],
  [/^the code was annulled: restore the item instead of adding it$/, ''],
  [/^was published and would disappear: retire it on a date instead$/, ''],
  [/^the interval must end after it begins$/, ''],
  [/^others published another change of this meanwhile: .+$/, ''],
  [/^the code (".*") is there twice: it is (?:again|already) (?:in row|on line) (\d+)$/s, 'Код $1, ещё в строке $2.'],
  [/^the row has (\d+) fields, and (?:the header has|--columns names) (\d+)$/, 'Значений $1, а столбцов $2.'],
  [/^the column (".*") is there twice$/s, 'Столбец $1.'],
  [/^the column (".*") is neither .+$/s, 'Столбец $1.'],
  [/^(".*") stands in a column without a name$/s, 'Значение $1.'],
  [/^the item is there already, and --mode insert only adds .+$/, ''],
  [/^there is no such item, and --mode update only changes .+$/, 'Режим «только изменить»: новые элементы не добавляются.'],
  [/^the row removes an item that is not there$/, 'Строка убирает элемент.'],
  [/^the item is removed, and has other rows$/, 'Одна строка убирает элемент, другие его меняют.'],
  [/^the item was retired on (\S+), and the row would bring it back .+$/, 'Прекращён $1.'],
  [/^the code is blank, and every item needs one .+$/, ''],
  [/^another row of this item was rejected, and its rows go together$/, ''],
  [/^no item of (\S+) has the (\S+) (".*")$/s, 'Значения $3 нет ни у кого в справочнике $1 (атрибут $2).'],
  [
    /^(".*") is the (\S+) of several items of (\S+): (.+); give the code$/s,
    'Значение $1 (атрибут $2) в справочнике $3 есть у нескольких: $4. Укажите код.',
  ],
  [/^valid_from (\S+) is not before valid_to (\S+)$/, 'Начало $1, конец $2.'],
  [/^(\d+) more problems are not listed: mend these first$/, 'Осталось: $1.'],
  [/^signing in failed too often: wait (\d+) seconds? and try again$/, 'Осталось ждать секунд: $1.'],
  [/^a password has at least (\d+) characters: .+$/, 'Нужно не меньше $1 знаков.'],
  [/^a password has at most (\d+) characters: .+$/, 'Можно не больше $1 знаков.'],
  [/^there is an account (\S+) already: choose another name$/, 'Имя: $1.'],
  [/^there is a consumer (\S+) already: choose another code$/, 'Код: $1.'],
  [/^one edit changes at most (\d+) items, and this one (\d+): .+$/, 'Строк $2, а можно не больше $1.'],
  [/^`first` is (\d+), and at most (\d+) are given.*$/, 'Запрошено $1, а можно не больше $2.'],
  [/^this token does not allow to (\w+).*$/, 'Разрешение: $1.'],
  [/^this stage is approved by: (.+); you have no such role$/, 'Этот этап решает $1.'],
  [/^this needs approval before it is published: (.+); send it to review instead .+$/, 'Нужно: $1.'],
  [/^the approval policy asks for more than was given: (.+) must still approve$/, 'Не хватает: $1.'],
  [/^change request (\d+) is (\w+), and only one that is .+$/, 'Заявка № $1 сейчас <$2>.'],
  [/^the quote opened here is never closed; .+$/s, 'Кавычка, которая здесь открыта, нигде не закрыта.'],
  [
    /^text follows the closing quote of a field.+$/s,
    'После закрывающей кавычки идёт текст; кавычку внутри значения пишут дважды.',
  ],
  [/^the record is longer than (\S+) bytes.*$/s, 'Строка длиннее $1 байт: возможно, где-то не закрыта кавычка.'],
  [/^the record has more than (\S+) columns$/, 'Столбцов больше $1.'],
  [/^a NUL byte at offset (\S+): .+$/s, 'Это не текст (байт $1); если это книга Excel, сохраните лист как CSV в UTF-8.'],
  [
    /^byte (\S+) at offset (\S+) (?:is not|means nothing in) .+$/s,
    'Байт $1 на месте $2 не читается: сохраните файл в UTF-8 или укажите его кодировку.',
  ],
  [/^no header was found: the first row \((.+)\) names nothing that \S+ has; .+$/s, 'Первая строка: $1.'],
  [/^no column holds the code: .+$/s, 'Не указано, в каком столбце код.'],
  [/^--(?:map|key) names the column (".*"), and the file has none called so.*$/s, 'Столбец $1.'],
  [/^the file is empty(: it needs a header of column names)?$/, ''],
  [/^more than (\d+) rows are wrong, .+$/s, 'Их больше $1.'],
  [/^the file ends in the middle of line (\d+), after (\d+) of (\d+) fields: .+$/s, 'Строка $1: значений $2 из $3.'],
  [
    /^something that you may not see leans on what this changes: .+$/,
    'От этого зависит то, что вам не показано: попросите администратора, которому видно и то и другое.',
  ],
  [/^changing items of (\S+) needs the role steward on it: .+$/, 'Нужна роль редактора справочника $1.'],
  [/^drafting changes needs the role steward on some dictionary: .+$/, 'Нужна роль редактора хотя бы одного справочника.'],
  [/^this decision needs the role approver on one of the dictionaries: .+$/, 'Нужна роль согласующего одного из справочников.'],
  [
    /^this needs whoever created the change request, or a steward(?: of )(\S+): .+$/,
    'Это может автор заявки или редактор справочника $1.',
  ],
  [/^this needs whoever created the change request, or a steward: .+$/, 'Это может автор заявки или редактор.'],
  [/^the audit is for auditors: .+$/, 'Журнал читают аудиторы.'],
  [/^this is for administrators: .+$/, 'Это может только администратор.'],
  [/^this is for administrators and auditors: .+$/, 'Это только для администраторов и аудиторов.'],
  [
    /^a consumer is managed by administrators and by its own account: .+$/,
    'Это может администратор или сама учётная запись потребителя.',
  ],
  [/^a token of somebody else is issued by administrators: .+$/, 'Чужие токены выпускает администратор.'],
  [
    /^a token of a person is issued by that person: .+$/,
    'Токен человека выпускает сам человек; для системы заведите отдельную запись.',
  ],
  [
    /^there is no dictionary `?(\w+)`?(: define it in this change request first|: name one that is published)?$/,
    'Справочник: $1.',
  ],
  [/^there is no item (\S+)(?: in (\S+))?$/, 'Элемент: $1.'],
  [/^there is no (?:change request|publication|import|event|consumer|account) (\S+)$/, 'Указано: $1.'],
  [/^there is no such (?:\w+ ?)+$/, ''],
  [/^there is no publication (\d+): the latest is (\d+)$/, 'Указана $1, последняя — $2.'],
  [
    /^the code of a consumer is lower-case Latin letters, digits and `_`: (.+)$/,
    'Маленькие латинские буквы, цифры и подчёркивание; первой — буква.',
  ],
  [/^a consumer needs a title: one line of at most (\d+) characters$/, 'Не больше $1 знаков.'],
  [/^.+: one line of at most (\d+) characters$/, 'Не больше $1 знаков.'],
  [
    /^the address must be whole, as https:\/\/host\/path, with no user, password or `#`$/,
    'Например https://узел/путь — без имени, пароля и «#».',
  ],
  [/^the address of a broker is nats:\/\/host:4222, or tls:\/\/….+$/, 'Например nats://узел:4222 или tls://узел:4222.'],
  [/^the name of a stream is 1 to (\d+) Latin letters, digits, .+$/, 'До $1 знаков: латинские буквы, цифры, «_» и «-».'],
  [
    /^subjects begin with words of Latin letters, digits, .+$/,
    'Слова из латинских букв, цифр, «_» и «-» через точку, например svod.',
  ],
  [/^a batch has 1 to (\d+) events$/, 'От 1 до $1.'],
  [
    /^(?:a consumer follows|a token is for) 1 to (\d+) dictionaries, .+$/,
    'Выберите от 1 до $1 или ни одного — тогда все доступные.',
  ],
  [
    /^a name is a lower-case Latin letter and then 1 to (\d+) such letters, .+$/,
    'Маленькие латинские буквы, цифры, точка, дефис и подчёркивание; первой — буква.',
  ],
  [
    /^(?:a display name|the title of a token) has 1 to (\d+) printable characters in one line, .+$/,
    'От 1 до $1 видимых знаков в одну строку, без пробелов по краям.',
  ],
  [/^(".*") is not a kind of basis: .+$/s, 'Указано $1.'],
  [/^the link of the basis must be the whole address of a page: .+$/, ''],
  [/^an account has at most (\d+) consumers: remove one first$/, 'У одной учётной записи — не больше $1.'],
  [/^there are (\d+) consumers, which is the most: .+$/, 'Их уже $1.'],
  [/^the consumer \S+ has (\d+) secrets, which is the most: .+$/, 'Их уже $1.'],
  [/^the account (\S+) has (\d+) tokens that work: revoke one first$/, 'У записи $1 их уже $2.'],
  [/^this is ahead of where the consumer \S+ is, at publication (\d+): .+$/, 'Потребитель дошёл до публикации № $1.'],
  [/^under no dictionary is this a condition on items; of (\S+): (.+)$/s, 'Справочник $1: $2'],
  [/^a change request takes (\d+) comments, .+$/, 'Их уже $1.'],
  [/^there is no conflict about (\S+): read the conflicts anew$/, '$1.'],
  [/^(\S+) is not in the future: publish it now, .+$/, ''],
  [/^the definition of \S+ was changed while the file was read; .+$/, ''],
  [/^the file is longer than (\d+) bytes, .+$/, 'Принимается не больше $1 байт.'],
  [/^the import is (\w+) already.*$/, ''],
  [/^the role (\w+) is over the whole service: .+$/, ''],
  [/^the account \S+ has no grant (\S+): list its roles$/, 'Роль: $1.'],
  [/^the account (\S+) is .+$/, 'Запись: $1.'],
];

/** What the service calls things within its sentences. */
const TERMS: Array<[RegExp, string]> = [
  [/\bfrom (\d{4}-\d\d-\d\d) until (\d{4}-\d\d-\d\d)/g, 'с $1 до $2'],
  [/\bfrom (\d{4}-\d\d-\d\d)/g, 'с $1'],
  [/\buntil (\d{4}-\d\d-\d\d)/g, 'до $1'],
  [/(^|[ (])always(?=[ ).,]|$)/g, '$1всегда'],
  [/\b(\d+) more (approver|owner) of (\S+) \(stage (\d+)\)/g, '$2 of $3, ещё $1 (этап $4)'],
  [/\bapprover of ([\w-]+)/g, 'согласующий справочника $1'],
  [/\bowner of ([\w-]+)/g, 'владелец справочника $1'],
  [/<draft>/g, 'черновик'],
  [/<returned>/g, 'возвращена на доработку'],
  [/<in_review>/g, 'на согласовании'],
  [/<approved>/g, 'согласована'],
  [/<scheduled>/g, 'запланирована'],
  [/<published>/g, 'опубликована'],
  [/<rejected>/g, 'отклонена'],
  [/<withdrawn>/g, 'отозвана'],
];

function inRussian(message: string, [pattern, words]: [RegExp, string]): string {
  const told = TERMS.reduce((text, [term, said]) => text.replace(term, said), message.replace(pattern, words));
  return told
    .replaceAll(/\b\d{4}-\d\d-\d\d\b/g, formatDate)
    .replaceAll(' ()', '')
    .replaceAll(/"([^"]*)"/g, '«$1»');
}

/** What a message says beyond the words of its code, in the language of whoever reads it; blank when that is nothing. */
export function particulars(message: string): string {
  const found = WORDED.find(([pattern]) => pattern.test(message));
  if (!found) return message;
  return found[1] === '' || language() === 'ru' ? inRussian(message, found) : message;
}
