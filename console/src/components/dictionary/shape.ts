import { graphql } from '@/api/gql';
import type { DictionaryShapeQuery, ReferenceTargetsQuery } from '@/api/gql/graphql';
import { useAsk } from '@/api/asking';

const SHAPE = graphql(`
  query DictionaryShape($code: ID!) {
    dictionary(code: $code) {
      code
      name {
        ru
        en
      }
      description {
        ru
        en
      }
      owner
      basis
      source
      updatePeriodDays
      access
      typeName
      singleField
      listField
      codePattern
      codeDescription {
        ru
        en
      }
      isHierarchical
      display
      attributes {
        code
        label {
          ru
          en
        }
        description {
          ru
          en
        }
        type
        list
        required
        unique
        localized
        search
        lengthMin
        lengthMax
        min
        max
        pattern
        to
        check
        values {
          code
          label {
            ru
            en
          }
        }
      }
      rules {
        code
        when
        expect
        message {
          ru
          en
        }
      }
      projections {
        code
        name {
          ru
          en
        }
        description {
          ru
          en
        }
        columns
      }
      exportFormats
      approval {
        fourEyes
        stages {
          name {
            ru
            en
          }
          role
          quorum
        }
      }
      itemsCount
      edition {
        number
        publication {
          number
          publishedAt
        }
      }
    }
  }
`);

const TARGETS = graphql(`
  query ReferenceTargets {
    dictionaries(first: 200) {
      nodes {
        code
        name {
          ru
          en
        }
        display
        listField
        typeName
        attributes {
          code
          localized
        }
      }
    }
  }
`);

/** A dictionary with all that its pages need to know of its structure. */
export type Shape = NonNullable<DictionaryShapeQuery['dictionary']>;
export type Attribute = Shape['attributes'][number];
/** A dictionary that others may refer to, as far as somebody may see it. */
export type Target = ReferenceTargetsQuery['dictionaries']['nodes'][number];

export const useShape = (code: string, pause = false) => useAsk(SHAPE, { code }, { types: ['Dictionary', 'Publication'], pause });

/** The dictionaries that one may see, by their codes. */
export function useTargets(): Map<string, Target> | undefined {
  const { data } = useAsk(TARGETS, {}, { types: ['Dictionary'] });
  return data && new Map(data.dictionaries.nodes.map((target) => [target.code, target]));
}
