import { graphql } from '@/api/gql';
import type { SigningKind } from '@/api/gql/graphql';
import { act } from '@/api/asking';
import type { Refusal } from '@/api/refusals';

const PAUSE = graphql(`
  mutation ConsumerPause($code: ID!) {
    pauseConsumer(input: { code: $code }) {
      consumer {
        code
        state
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
  mutation ConsumerResume($code: ID!) {
    resumeConsumer(input: { code: $code }) {
      consumer {
        code
        state
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
  mutation ConsumerPing($code: ID!) {
    pingConsumer(input: { code: $code }) {
      consumer {
        code
        state
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
  mutation ConsumerRemove($code: ID!) {
    removeConsumer(input: { code: $code }) {
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
  mutation ConsumerReplay($code: ID!, $from: String!) {
    replayConsumer(input: { code: $code, from: $from }) {
      consumer {
        code
        state
      }
      errors {
        path
        code
        message
      }
    }
  }
`);

const ROTATE = graphql(`
  mutation ConsumerRotate($code: ID!, $kind: SigningKind, $revokeOthers: Boolean!) {
    rotateConsumerSecret(input: { code: $code, kind: $kind, revokeOthers: $revokeOthers }) {
      rotated {
        secret
        consumer {
          code
        }
      }
      errors {
        path
        code
        message
      }
    }
  }
`);

export type ConsumerAct = 'pause' | 'resume' | 'ping' | 'remove' | 'replay' | 'rotate';

/** What else an act needs. */
export interface ActOptions {
  /** Of `replay`. */
  from: string;
  /** Of `rotate`. */
  revokeOthers: boolean;
  kind?: SigningKind;
}

/** Does something with a consumer: why it was refused, and the new secret of `rotate`. */
export async function actOn(
  kind: ConsumerAct,
  code: string,
  options: ActOptions,
): Promise<{ refusals: Refusal[]; secret?: string | null }> {
  switch (kind) {
    case 'pause':
      return { refusals: (await act(PAUSE, { code })).pauseConsumer.errors };
    case 'resume':
      return { refusals: (await act(RESUME, { code })).resumeConsumer.errors };
    case 'ping':
      return { refusals: (await act(PING, { code })).pingConsumer.errors };
    case 'remove':
      return { refusals: (await act(REMOVE, { code })).removeConsumer.errors };
    case 'replay':
      return { refusals: (await act(REPLAY, { code, from: options.from })).replayConsumer.errors };
    case 'rotate': {
      const { errors, rotated } = (await act(ROTATE, { code, kind: options.kind ?? null, revokeOthers: options.revokeOthers }))
        .rotateConsumerSecret;
      return { refusals: errors, secret: rotated?.secret ?? null };
    }
  }
}
