import { graphql } from '@/api/gql';
import type { PublicationPageQuery } from '@/api/gql/graphql';

/** A publication with what it made of each dictionary. */
export const PUBLICATION_PAGE = graphql(`
  query PublicationPage($number: Int!) {
    publication(number: $number) {
      ...PublicationSaid
      changeRequest {
        id
        description
        undoes {
          number
        }
      }
      editions {
        dictionaryCode
        number
        definitionChanged
        itemsCount
        added
        changed
        retired
        digest
        dictionary {
          name {
            ru
            en
          }
          exportFormats
        }
      }
    }
    publications(first: 1) {
      nodes {
        number
      }
    }
  }
`);

export type WholePublication = NonNullable<PublicationPageQuery['publication']>;
export type Edition = WholePublication['editions'][number];
