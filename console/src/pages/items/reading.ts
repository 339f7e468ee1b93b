import { graphql } from '@/api/gql';
import type { ItemPageQuery } from '@/api/gql/graphql';

/** All that the page of an item shows of it, at one point of both times. */
export const ITEM_PAGE = graphql(`
  query ItemPage($dictionary: ID!, $code: ID!, $validOn: Date!, $publication: Int, $language: Language!) {
    dictionary(code: $dictionary) {
      code
      name {
        ru
        en
      }
      isHierarchical
      item(code: $code, validOn: $validOn, publication: $publication) {
        code
        name(language: $language)
        parent {
          code
          name(language: $language)
          parent {
            code
            name(language: $language)
            parent {
              code
              name(language: $language)
              parent {
                code
                name(language: $language)
              }
            }
          }
        }
        references {
          attribute
          code
          name(language: $language)
        }
      }
      itemHistory(code: $code) {
        validFrom
        validTo
        name(language: $language)
        parentCode
        attributes
        retirement {
          reason
          successorCodes
        }
        publication {
          ...PublicationSaid
        }
        supersededIn {
          ...PublicationSaid
        }
      }
    }
  }
`);

export type DescribedDictionary = NonNullable<ItemPageQuery['dictionary']>;

/** An item as it holds at the point that is looked from. */
export type ItemThere = NonNullable<DescribedDictionary['item']>;

/** A version that was ever published, with what made it known and what replaced it. */
export type HistoryVersion = DescribedDictionary['itemHistory'][number];

/** Whether a version was what was known at a publication; null: the latest. */
export function isKnownAt(version: HistoryVersion, publication: number | null): boolean {
  const superseded = version.supersededIn?.number;
  if (publication === null) return superseded === undefined;
  return (version.publication?.number ?? 0) <= publication && (superseded === undefined || publication < superseded);
}

function byTime(one: HistoryVersion, other: HistoryVersion): number {
  return (one.validFrom ?? '').localeCompare(other.validFrom ?? '');
}

/** What was known at a publication, in the order of valid time. */
export function knownAt(history: HistoryVersion[], publication: number | null): HistoryVersion[] {
  return history.filter((version) => isKnownAt(version, publication)).sort(byTime);
}
