import dayjs from 'dayjs';
import { language } from '@/i18n';

/** `2024-03-01` as people write it here: `01.03.2024`. */
export function formatDate(date: string): string {
  return dayjs(date).format('DD.MM.YYYY');
}

/** An instant in the time of whoever looks: `01.03.2024 14:05`. */
export function formatInstant(instant: string): string {
  return dayjs(instant).format('DD.MM.YYYY HH:mm');
}

/** Today in the calendar of whoever looks, as the API writes it. */
export function today(): string {
  return dayjs().format('YYYY-MM-DD');
}

/** `200 000` or `200,000`. */
export function formatCount(count: number): string {
  return count.toLocaleString(language() === 'ru' ? 'ru-RU' : 'en-GB');
}

/** `1,5 МБ`. */
export function formatBytes(bytes: number): string {
  const units = language() === 'ru' ? ['Б', 'КБ', 'МБ', 'ГБ', 'ТБ'] : ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = value < 10 && unit > 0 ? 1 : 0;
  return `${value.toLocaleString(language() === 'ru' ? 'ru-RU' : 'en-GB', { maximumFractionDigits: digits })} ${units[unit]}`;
}

/** How long ago or ahead an instant is: `3 минуты назад`. */
export function formatAgo(instant: string): string {
  const seconds = Math.round((new Date(instant).getTime() - Date.now()) / 1000);
  const format = new Intl.RelativeTimeFormat(language(), { numeric: 'auto' });
  const steps: Array<[Intl.RelativeTimeFormatUnit, number]> = [
    ['year', 31_536_000],
    ['month', 2_592_000],
    ['day', 86_400],
    ['hour', 3600],
    ['minute', 60],
  ];
  for (const [unit, size] of steps) if (Math.abs(seconds) >= size) return format.format(Math.trunc(seconds / size), unit);
  return format.format(0, 'second');
}

/** How long something takes, in the two greatest units: `2 мин 5 с`. */
export function formatDuration(seconds: number): string {
  const units = language() === 'ru' ? { h: 'ч', m: 'мин', s: 'с' } : { h: 'h', m: 'min', s: 's' };
  const whole = Math.max(0, Math.round(seconds));
  if (whole >= 3600) return `${Math.floor(whole / 3600)} ${units.h} ${Math.floor((whole % 3600) / 60)} ${units.m}`;
  if (whole >= 60) return `${Math.floor(whole / 60)} ${units.m} ${whole % 60} ${units.s}`;
  return `${whole} ${units.s}`;
}

/** A text in the language of whoever reads, or in the other one where there is none. */
export function localized(text: { ru: string; en?: string | null | undefined } | null | undefined): string {
  if (!text) return '';
  return (language() === 'en' ? text.en : text.ru) || text.ru || text.en || '';
}
