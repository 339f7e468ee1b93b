import { useAsk } from '@/api/asking';
import { graphql } from '@/api/gql';
import type { DifferenceAttributesQuery } from '@/api/gql/graphql';

const ATTRIBUTES = graphql(`
  query DifferenceAttributes($code: ID!) {
    dictionary(code: $code) {
      code
      name {
        ru
        en
      }
      attributes {
        code
        label {
          ru
          en
        }
        type
        list
        localized
        to
        values {
          code
          label {
            ru
            en
          }
        }
      }
    }
  }
`);

type Described = NonNullable<DifferenceAttributesQuery['dictionary']>;

/** An attribute as far as its values are to be shown. */
export type AttributeInfo = Described['attributes'][number];

const NONE: AttributeInfo[] = [];

/** The attributes of a dictionary in their order; none while they are not known, and of a dictionary that is not published yet. */
export function useAttributes(code: string): AttributeInfo[] {
  return useAsk(ATTRIBUTES, { code }).data?.dictionary?.attributes ?? NONE;
}
/** What a dictionary is called; nothing while that is not known. */
export function useDictionaryName(code: string): Described['name'] | undefined {
  return useAsk(ATTRIBUTES, { code }).data?.dictionary?.name;
}
