import type { ConsumerChannel, RegisterConsumerInput, SigningKind, WebhookMode } from '@/api/gql/graphql';

/** What was typed of a consumer that is to be registered. */
export interface Typed {
  code: string;
  title: string;
  contact: string;
  account: string | null;
  channel: ConsumerChannel;
  url: string;
  mode: WebhookMode;
  signing: SigningKind;
  stream: string;
  subjectPrefix: string;
  dictionaries: string[];
  filter: string;
  from: string;
}

/** Before anything was typed. */
export const NOTHING: Typed = {
  code: '',
  title: '',
  contact: '',
  account: null,
  channel: 'WEBHOOK',
  url: '',
  mode: 'STRUCTURED',
  signing: 'HMAC',
  stream: 'SVOD',
  subjectPrefix: 'svod',
  dictionaries: [],
  filter: '',
  from: 'now',
};

/** Whether all is typed that must be. */
export function isReady(typed: Typed): boolean {
  const isSaid = [typed.code, typed.title, typed.contact].every((text) => text.trim() !== '');
  return isSaid && (typed.channel === 'PULL' || typed.url.trim() !== '');
}

function target(typed: Typed): Pick<RegisterConsumerInput, 'target' | 'signing'> {
  const url = typed.url.trim();
  if (typed.channel === 'PULL') return {};
  if (typed.channel === 'NATS') {
    return { target: { nats: { url, stream: typed.stream.trim(), subjectPrefix: typed.subjectPrefix.trim() || 'svod' } } };
  }
  return { target: { webhook: { url, mode: typed.mode, batchEventsMax: 100 } }, signing: typed.signing };
}

/** What was typed, as the API takes it. */
export function registration(typed: Typed): RegisterConsumerInput {
  return {
    code: typed.code.trim(),
    title: typed.title.trim(),
    contact: typed.contact.trim(),
    from: typed.from,
    ...(typed.account ? { account: typed.account } : {}),
    ...(typed.dictionaries.length > 0 ? { dictionaries: typed.dictionaries } : {}),
    ...(typed.filter.trim() ? { filter: typed.filter.trim() } : {}),
    ...target(typed),
  };
}
