import dayjs from 'dayjs';
import isoWeek from 'dayjs/plugin/isoWeek';
import { graphql } from '@/api/gql';
import type { PublicationActivityQuery, PublicationListQuery } from '@/api/gql/graphql';

dayjs.extend(isoWeek);

/** The list of publications, newest first. */
export const PUBLICATION_LIST = graphql(`
  query PublicationList($after: String) {
    publications(first: 50, after: $after) {
      nodes {
        ...PublicationSaid
        editions {
          dictionaryCode
          number
          added
          changed
          retired
          definitionChanged
          dictionary {
            name {
              ru
              en
            }
          }
        }
      }
      totalCount
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

export type ListedPublication = PublicationListQuery['publications']['nodes'][number];

/** What the newest publications changed, to be counted by weeks. */
export const PUBLICATION_ACTIVITY = graphql(`
  query PublicationActivity {
    publications(first: 200) {
      nodes {
        number
        publishedAt
        changeRequest {
          origin
        }
        editions {
          added
          changed
          retired
        }
      }
      pageInfo {
        hasNextPage
      }
    }
  }
`);

/** How many items changed in a week. */
export interface Week {
  /** Its Monday: `2026-11-23`. */
  start: string;
  added: number;
  changed: number;
  retired: number;
}

const WEEKS = 16;

/** The changes of the last weeks, those without any included. Loads of what is shipped with the service are left out: they would hide all else. */
export function weeksOf({ nodes, pageInfo }: PublicationActivityQuery['publications']): Week[] {
  const counted = nodes.filter(({ number, changeRequest }) => number > 1 && changeRequest?.origin !== 'SHIPPED');
  if (counted.length === 0) return [];
  const monday = dayjs().startOf('isoWeek');
  const weeks = Array.from({ length: WEEKS }, (_, place) => monday.subtract(WEEKS - 1 - place, 'week').format('YYYY-MM-DD'));
  // A week of which only a part is known would be drawn too low.
  const oldest = pageInfo.hasNextPage ? (nodes.at(-1)?.publishedAt ?? '') : '';
  return weeks
    .filter((start) => oldest === '' || dayjs(oldest).isBefore(start))
    .map((start) => {
      const own = counted.filter(({ publishedAt }) => dayjs(publishedAt).startOf('isoWeek').format('YYYY-MM-DD') === start);
      const editions = own.flatMap((publication) => publication.editions);
      const sum = (kind: 'added' | 'changed' | 'retired') => editions.reduce((total, edition) => total + edition[kind], 0);
      return { start, added: sum('added'), changed: sum('changed'), retired: sum('retired') };
    });
}
