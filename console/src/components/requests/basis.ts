import i18next from 'i18next';
import type { BasisInput } from '@/api/gql/graphql';
import { formatDate } from '@/ui/format';

/** The kinds of act that a change can rest on, as the API takes them. */
export const BASIS_KINDS = ['order', 'act', 'law', 'letter', 'decision', 'other'] as const;

export type BasisKind = (typeof BASIS_KINDS)[number];

/** What is typed of a basis; blank is nothing. */
export interface BasisDraft {
  kind: string;
  number: string;
  date: string | null;
  title: string;
  link: string;
}

export const NO_BASIS: BasisDraft = { kind: 'order', number: '', date: null, title: '', link: '' };

/** A basis as the API gives it. */
export interface BasisSaid {
  kind?: string | null;
  number?: string | null;
  date?: string | null;
  title?: string | null;
  link?: string | null;
}

/** As it is sent: nothing where nothing but the kind was said. */
export function basisInput({ kind, number, date, title, link }: BasisDraft): BasisInput | null {
  if (!number.trim() && !date && !title.trim() && !link.trim()) return null;
  const input: BasisInput = { kind };
  if (number.trim()) input.number = number.trim();
  if (date) input.date = date;
  if (title.trim()) input.title = title.trim();
  if (link.trim()) input.link = link.trim();
  return input;
}

/** As it is edited. */
export function basisDraft(said: BasisSaid | null | undefined): BasisDraft {
  if (!said) return NO_BASIS;
  return {
    kind: said.kind ?? 'order',
    number: said.number ?? '',
    date: said.date ?? null,
    title: said.title ?? '',
    link: said.link ?? '',
  };
}

/** Needs the texts `request`: `Приказ № 123-к от 02.11.2026 «О переименовании»`; blank where nothing was said. */
export function basisText(said: BasisSaid | null | undefined): string {
  if (!said) return '';
  const kind = said.kind ? i18next.t(`basis.kinds.${said.kind as BasisKind}`, { ns: 'request', defaultValue: said.kind }) : '';
  const number = said.number ? i18next.t('basis.numbered', { ns: 'request', number: said.number }) : '';
  const date = said.date ? i18next.t('basis.dated', { ns: 'request', date: formatDate(said.date) }) : '';
  const title = said.title ? i18next.t('basis.titled', { ns: 'request', title: said.title }) : '';
  return [kind, number, date, title].filter(Boolean).join(' ');
}
