import type { DictionariesListQuery } from '@/api/gql/graphql';
import { ageOf } from '@/components/freshness';
import { language } from '@/i18n';
import { localized } from '@/ui/format';

/** A dictionary as the list shows it. */
export type Listed = DictionariesListQuery['dictionaries']['nodes'][number];

/** By what the list can be sorted. */
export const SORTS = ['name', 'owner', 'items', 'edition', 'freshness', 'access'] as const;
export type SortName = (typeof SORTS)[number];

export interface ListSort {
  by: SortName;
  isDescending: boolean;
}

/** `-items` of an address: by items, the greatest first. */
export function sortOf(text: string): ListSort {
  const name = text.replace(/^-/, '');
  const by = SORTS.find((each) => each === name) ?? 'name';
  return { by, isDescending: text.startsWith('-') };
}

const folded = (text: string): string => text.toLowerCase().replaceAll('ё', 'е');

/** Those in which every word of a text stands: in the code, the name in either language, or the owner. */
export function found(all: Listed[], text: string): Listed[] {
  const words = folded(text).split(/\s+/).filter(Boolean);
  return all.filter(({ code, name, owner, description }) => {
    const within = folded([code, name.ru, name.en, owner, description?.ru, description?.en].join(' '));
    return words.every((word) => within.includes(word));
  });
}

const ACCESS = ['PUBLIC', 'INTERNAL', 'RESTRICTED'];

function keyOf(dictionary: Listed, by: SortName): string | number {
  const { edition, updatePeriodDays } = dictionary;
  switch (by) {
    case 'name':
      return localized(dictionary.name);
    case 'owner':
      return dictionary.owner;
    case 'items':
      return dictionary.itemsCount;
    case 'edition':
      return edition.publication?.number ?? 0;
    case 'access':
      return ACCESS.indexOf(dictionary.access);
    case 'freshness':
      // What has no period is never due.
      return ageOf(edition.publication?.publishedAt, updatePeriodDays).share ?? -1;
  }
}

function compared(a: string | number, b: string | number): number {
  return typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b), language());
}

/** In an order; what is alike by name. */
export function sorted(dictionaries: Listed[], { by, isDescending }: ListSort): Listed[] {
  const sign = isDescending ? -1 : 1;
  return dictionaries.toSorted(
    (a, b) => sign * compared(keyOf(a, by), keyOf(b, by)) || compared(localized(a.name), localized(b.name)),
  );
}
