import type { ImportState } from '@/api/gql/graphql';

/** In which tone a state is shown. */
export const STATE_TONE: Record<ImportState, string> = {
  QUEUED: 'retired',
  RUNNING: 'changed',
  DONE: 'added',
  FAILED: 'annulled',
  CANCELLED: 'retired',
};
