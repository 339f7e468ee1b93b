import { act } from '@/api/asking';
import { graphql } from '@/api/gql';
import type { Refusal } from '@/api/refusals';

const PAUSE = graphql(`
  mutation ConsumerPause($input: ConsumerInput!) {
    pauseConsumer(input: $input) {
      consumer {
        ...ListedConsumer
      }
      errors {
        path
        code
        message
      }
    }
  }
`);

const RESUME = graphql(`
  mutation ConsumerResume($input: ConsumerInput!) {
    resumeConsumer(input: $input) {
      consumer {
        ...ListedConsumer
      }
      errors {
        path
        code
        message
      }
    }
  }
`);

const PING = graphql(`
  mutation ConsumerPing($input: ConsumerInput!) {
    pingConsumer(input: $input) {
      consumer {
        ...ListedConsumer
      }
      errors {
        path
        code
        message
      }
    }
  }
`);

const REMOVE = graphql(`
  mutation ConsumerRemove($input: ConsumerInput!) {
    removeConsumer(input: $input) {
      consumer {
        code
      }
      errors {
        path
        code
        message
      }
    }
  }
`);

const REPLAY = graphql(`
  mutation ConsumerReplay($input: ReplayConsumerInput!) {
    replayConsumer(input: $input) {
      consumer {
        ...ListedConsumer
      }
      errors {
        path
        code
        message
      }
    }
  }
`);

/** What is done to a consumer as it is, with nothing to choose. */
export type PlainAct = 'pause' | 'resume' | 'ping' | 'remove';

/** Does it. */
export async function doPlain(name: PlainAct, code: string): Promise<{ errors: Refusal[] }> {
  const input = { code };
  if (name === 'pause') return (await act(PAUSE, { input })).pauseConsumer;
  if (name === 'resume') return (await act(RESUME, { input })).resumeConsumer;
  if (name === 'ping') return (await act(PING, { input })).pingConsumer;
  return (await act(REMOVE, { input })).removeConsumer;
}

/** Sends events again: from `start`, or from the publication of a number on. */
export async function replay(code: string, from: string): Promise<{ errors: Refusal[] }> {
  return (await act(REPLAY, { input: { code, from } })).replayConsumer;
}
