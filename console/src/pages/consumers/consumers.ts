import { graphql } from '@/api/gql';
import type { ConsumerState, ListedConsumerFragment } from '@/api/gql/graphql';

/** What is shown of a consumer in the list, and again on its page. */
export const LISTED = graphql(`
  fragment ListedConsumer on Consumer {
    code
    title
    contact
    account {
      name
      displayName
    }
    dictionaries
    channel
    url
    stream
    state
    stateReason
    position {
      cursor
      publication
    }
    confirmed {
      cursor
      publication
    }
    confirmedAt
    lagEvents
    lagSeconds
    attempts
    attemptsFailed
    failures
    failingSince
    nextAttemptAt
    deliveredAt
    createdAt
  }
`);

/** A consumer as the list shows it. */
export type ListedConsumer = ListedConsumerFragment;

/** How a consumer stands: its state, or that what is delivered to it fails. */
export type Standing = ConsumerState | 'FAILING';

/** How it stands. */
export function standingOf({ state, failures }: ListedConsumer): Standing {
  return state === 'ACTIVE' && failures > 0 ? 'FAILING' : state;
}

/** The states that a list can be narrowed to. */
export const STATES: ConsumerState[] = ['UNVERIFIED', 'ACTIVE', 'PAUSED', 'QUARANTINED', 'ENDED'];

/** What each looks like. */
export const STANDING_TONES: Record<Standing, string> = {
  FAILING: 'annulled',
  UNVERIFIED: 'changed',
  ACTIVE: 'added',
  PAUSED: 'retired',
  QUARANTINED: 'annulled',
  ENDED: 'retired',
};

/** From when on somebody should look at a consumer that is behind. */
const LATE_SECONDS = 300;

/** How a consumer's lag looks: nothing to deliver, on its way, or late. */
export function lagTone({ lagEvents, lagSeconds }: { lagEvents?: number | null; lagSeconds?: number | null }): string {
  if (lagEvents === null || lagEvents === undefined) return 'retired';
  if (lagEvents === 0) return 'added';
  return (lagSeconds ?? 0) > LATE_SECONDS ? 'annulled' : 'changed';
}

/** How often pages of consumers ask anew. */
export const EVERY_MS = 4000;
