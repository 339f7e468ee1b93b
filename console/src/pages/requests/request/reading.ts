import { graphql } from '@/api/gql';
import type { RequestCheckQuery, RequestQuery } from '@/api/gql/graphql';

/** The request without what takes long to find out. */
export const REQUEST = graphql(`
  query Request($id: ID!) {
    changeRequest(id: $id) {
      id
      revision
      state
      title
      description
      origin
      round
      createdAt
      updatedAt
      submittedAt
      scheduledAt
      basePublication
      basis {
        kind
        number
        date
        title
        link
      }
      author {
        name
        displayName
      }
      authors {
        name
        displayName
      }
      publication {
        number
        publishedAt
      }
      undoes {
        number
        title
      }
      dictionaries {
        dictionaryCode
        definitionChanged
        itemsCount
        dictionary {
          name {
            ru
            en
          }
        }
      }
      stages {
        dictionary
        position
        name {
          ru
          en
        }
        role
        quorum
        approvedBy {
          name
          displayName
        }
        isOpen
        isComplete
        missing
      }
      canApprove {
        allowed
        code
        reason
      }
      reviews {
        account {
          name
          displayName
        }
        decision
        comment
        round
        at
      }
      comments(first: 1) {
        totalCount
      }
    }
  }
`);

/** What the request comes to on what is published now: it is worked out anew each time, so it is asked by itself. */
export const REQUEST_CHECK = graphql(`
  query RequestCheck($id: ID!) {
    changeRequest(id: $id) {
      id
      revision
      validation {
        isValid
        total
        judgedAgainst
        violations {
          path
          code
          message
          ruleMessage {
            ru
            en
          }
        }
        counts {
          dictionary
          added
          changed
          retired
        }
      }
      conflicts {
        dictionary
        item
        subject
        validFrom
        validTo
        base
        theirs
        mine
      }
    }
  }
`);

/** News of the request: who did what, as far as it can be told from the request itself. */
export const REQUEST_CHANGED = graphql(`
  subscription RequestChanged($id: ID!, $revision: Int) {
    changeRequestChanged(id: $id, revision: $revision) {
      id
      revision
      state
      updatedAt
      reviews {
        at
        account {
          name
          displayName
        }
      }
      comments(first: 200) {
        totalCount
        nodes {
          id
          at
          account {
            name
            displayName
          }
        }
      }
      items(first: 200) {
        nodes {
          code
          changedAt
          changedBy {
            name
            displayName
          }
        }
      }
    }
  }
`);

export type Request = NonNullable<RequestQuery['changeRequest']>;
export type Stage = Request['stages'][number];
export type Check = NonNullable<RequestCheckQuery['changeRequest']>;
export type Conflict = Check['conflicts'][number];
