import type { TFunction } from 'i18next';
import type { Refusal } from '@/api/refusals';
import { language } from '@/i18n';
import { localized } from './format';
import { particulars } from './particulars';

/** Codes whose messages never say more than our words for the code do. */
const SAYS_NO_MORE: ReadonlySet<string> = new Set(
  `NO_CONNECTION UNAUTHENTICATED UNAVAILABLE RATE_LIMITED NOT_READY CROSS_SITE OUTCOME_UNKNOWN STALE_REVISION
  FOUR_EYES ALREADY_APPROVED APPROVAL_COMPLETE CHANGE_REQUEST_EMPTY CHOICES_MISSING NOT_DUE
  PUBLICATION_CONTENDED COMPARISON_AMBIGUOUS PUBLICATION_AMBIGUOUS ITEM_INCOMPLETE EXPIRY_PAST
  EXPIRY_OUT_OF_RANGE KIND_NOT_ALLOWED LAST_ADMINISTRATOR NOT_A_DEMO PASSWORD_NOT_ALLOWED SCOPES_MISSING
  SESSION_ENDED SESSION_EXPIRED SESSION_NEEDED SESSION_UNKNOWN SIGN_IN_FAILED TOKEN_EXPIRED TOKEN_REVOKED
  TOKEN_UNKNOWN ACCOUNT_OF_DEMO CREDENTIALS_AMBIGUOUS IMPORT_CANCELLED IMPORT_GIVEN_UP IMPORTS_ELSEWHERE
  OTHER_NODE ITEM_REJECTED`.split(/\s+/),
);

/** A refusal as it is told: in our words for its code, with what its message says beyond them. */
export interface Told {
  words: string;
  more: string;
}

/** The service's own message stands in for words when we have none; rules of a dictionary have their own in its definition. */
export function told(t: TFunction, { code, message, ruleMessage, path }: Refusal): Told {
  if (ruleMessage) return { words: localized(ruleMessage), more: '' };
  if (code === 'NO_CONNECTION') return { words: t('refusal.NO_CONNECTION', { ns: 'common' }), more: '' };
  const words = t(`code.${code}` as 'code.INTERNAL', { ns: 'refusal', defaultValue: '' });
  if (!words) return { words: message, more: '' };
  if (SAYS_NO_MORE.has(code) || path.includes(message)) return { words, more: '' };
  return { words, more: particulars(message) };
}

/** The same as one text, where there is room for no more. */
export function sentence(t: TFunction, refusal: Refusal): string {
  const { words, more } = told(t, refusal);
  if (!more) return words;
  return more.endsWith('.') ? `${words} ${more}` : `${words} (${more})`;
}

/** Whether a text is in the language that the page is in: what the service said in its own words may be not. */
export function languageOf(text: string): 'ru' | 'en' | undefined {
  if (language() === 'en') return undefined;
  return /[А-Яа-яЁё]/.test(text) ? undefined : 'en';
}

/** A sentence after a colon: `Название: нужно заполнить.` Abbreviations stay as they are. */
export function afterColon(words: string): string {
  const [first = '', second = ''] = words;
  return second === second.toLowerCase() ? first.toLowerCase() + words.slice(1) : words;
}

/** What a refusal is about, in people's words where it is an argument of ours, such as the title of a request. */
export function placeOf(t: TFunction, path: string[]): string {
  const [argument = ''] = path;
  if (path.length !== 1) return path.join(' / ');
  const key = argument.replace(/\.([a-z])/, (_, letter: string) => letter.toUpperCase());
  return t(`argument.${key}` as 'argument.title', { ns: 'refusal', defaultValue: argument });
}

/** `customers.csv:3:2: offices/1/name: is required and blank [required]`, which is how a report of a file tells a refusal. */
const REPORTED = /^(?:([^\s:]+\.[^\s:]+):)?\s?(?:(\d+)(?::\d+)?: )?(?:([^\s:]+): )?(.*) \[([a-z_0-9]+)\]$/s;

/** A line of a report as a refusal, whose path is where in the file it is and of what; `undefined` when it is not of that form. */
export function refusalIn(t: TFunction, line: string): Refusal | undefined {
  const [, file = '', at, place = '', message = '', code = ''] = REPORTED.exec(line) ?? [];
  if (!code) return undefined;
  const where = at ? t('line', { ns: 'refusal', line: at }) : '';
  const path = [file, where, ...place.split('/').slice(1)].filter(Boolean);
  return { code: code.toUpperCase(), message, path };
}

/** A line of a report in our words, or as it came where it is not of that form. */
export function reported(t: TFunction, line: string): string {
  const refusal = refusalIn(t, line);
  if (!refusal) return line;
  const words = sentence(t, refusal);
  return refusal.path.length > 0 ? `${refusal.path.join(' / ')}: ${afterColon(words)}` : words;
}
