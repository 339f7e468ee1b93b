import { cacheExchange, Client, fetchExchange, subscriptionExchange } from '@urql/core';
import { createClient as createSocket } from 'graphql-ws';
import { fetchAsPerson } from './fetching';

const address = (path: string): string => new URL(path, location.href).href;

/** One socket for all subscriptions; it is opened when the first one is wanted, and again whenever it breaks. */
const socket = createSocket({
  url: address('/graphql').replace(/^http/, 'ws'),
  lazy: true,
  retryAttempts: Number.POSITIVE_INFINITY,
  shouldRetry: () => true,
  retryWait: (retries) => new Promise((resolve) => setTimeout(resolve, Math.min(250 * 2 ** retries, 5000))),
});

/** The client of the management API. Its cache forgets by type: an answer is asked for anew after a mutation that gave its types. */
export const client = new Client({
  url: address('/graphql'),
  preferGetMethod: false,
  fetch: fetchAsPerson,
  requestPolicy: 'cache-and-network',
  exchanges: [
    cacheExchange,
    fetchExchange,
    subscriptionExchange({
      forwardSubscription: (request) => ({
        subscribe: (sink) => ({
          unsubscribe: socket.subscribe(
            { query: request.query ?? '', variables: request.variables as Record<string, unknown> },
            { ...sink, next: ({ data, errors }) => sink.next({ data: data ?? null, errors: errors ?? [] }) },
          ),
        }),
      }),
    }),
  ],
});

/** Ends the socket, so that the next subscription shakes hands as whoever is signed in now. */
export function reconnect(): void {
  socket.terminate();
}
