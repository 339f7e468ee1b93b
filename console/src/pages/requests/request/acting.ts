import { act } from '@/api/asking';
import { graphql } from '@/api/gql';
import type { Refusal } from '@/api/refusals';
import type { Action } from './rights';

const SUBMIT = graphql(`
  mutation RequestSubmit($input: ChangeRequestInput!) {
    submitChangeRequest(input: $input) {
      changeRequest {
        id
        revision
      }
      errors {
        path
        code
        message
        ruleMessage {
          ru
          en
        }
      }
    }
  }
`);

const APPROVE = graphql(`
  mutation RequestApprove($input: ApproveChangeRequestInput!) {
    approveChangeRequest(input: $input) {
      changeRequest {
        id
        revision
      }
      errors {
        path
        code
        message
        ruleMessage {
          ru
          en
        }
      }
    }
  }
`);

const RETURN = graphql(`
  mutation RequestReturn($input: DecideChangeRequestInput!) {
    returnChangeRequest(input: $input) {
      changeRequest {
        id
        revision
      }
      errors {
        path
        code
        message
        ruleMessage {
          ru
          en
        }
      }
    }
  }
`);

const REJECT = graphql(`
  mutation RequestReject($input: DecideChangeRequestInput!) {
    rejectChangeRequest(input: $input) {
      changeRequest {
        id
        revision
      }
      errors {
        path
        code
        message
        ruleMessage {
          ru
          en
        }
      }
    }
  }
`);

const WITHDRAW = graphql(`
  mutation RequestWithdraw($input: ChangeRequestInput!) {
    withdrawChangeRequest(input: $input) {
      changeRequest {
        id
        revision
      }
      errors {
        path
        code
        message
        ruleMessage {
          ru
          en
        }
      }
    }
  }
`);

const REOPEN = graphql(`
  mutation RequestReopen($input: ChangeRequestInput!) {
    reopenChangeRequest(input: $input) {
      changeRequest {
        id
        revision
      }
      errors {
        path
        code
        message
        ruleMessage {
          ru
          en
        }
      }
    }
  }
`);

const PUBLISH = graphql(`
  mutation RequestPublish($input: ChangeRequestInput!) {
    publishChangeRequest(input: $input) {
      changeRequest {
        id
        revision
      }
      publication {
        number
      }
      errors {
        path
        code
        message
        ruleMessage {
          ru
          en
        }
      }
    }
  }
`);

const SCHEDULE = graphql(`
  mutation RequestSchedule($input: ScheduleChangeRequestInput!) {
    scheduleChangeRequest(input: $input) {
      changeRequest {
        id
        revision
      }
      errors {
        path
        code
        message
        ruleMessage {
          ru
          en
        }
      }
    }
  }
`);

const UNSCHEDULE = graphql(`
  mutation RequestUnschedule($input: ChangeRequestInput!) {
    unscheduleChangeRequest(input: $input) {
      changeRequest {
        id
        revision
      }
      errors {
        path
        code
        message
        ruleMessage {
          ru
          en
        }
      }
    }
  }
`);

/** What came of an act. */
export interface Outcome {
  changeRequest?: { id: string; revision: number } | null;
  errors: Refusal[];
}

/** What is said with an act: a comment, or an instant. */
export interface Said {
  comment?: string;
  at?: string;
}

/** Does something to the request at the revision that the person has seen. Throws `CombinedError`. */
export async function decide(action: Action, changeRequest: string, revision: number, said: Said): Promise<Outcome> {
  const input = { changeRequest, revision };
  const comment = said.comment ?? '';
  switch (action) {
    case 'submit':
      return (await act(SUBMIT, { input })).submitChangeRequest;
    case 'approve':
      return (await act(APPROVE, { input: { ...input, comment } })).approveChangeRequest;
    case 'return':
      return (await act(RETURN, { input: { ...input, comment } })).returnChangeRequest;
    case 'reject':
      return (await act(REJECT, { input: { ...input, comment } })).rejectChangeRequest;
    case 'withdraw':
      return (await act(WITHDRAW, { input })).withdrawChangeRequest;
    case 'reopen':
      return (await act(REOPEN, { input })).reopenChangeRequest;
    case 'publish':
      return (await act(PUBLISH, { input })).publishChangeRequest;
    case 'schedule':
      return (await act(SCHEDULE, { input: { ...input, at: said.at ?? '' } })).scheduleChangeRequest;
    case 'unschedule':
      return (await act(UNSCHEDULE, { input })).unscheduleChangeRequest;
  }
}
