import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A receiver of webhooks: it answers the challenge of ownership, and keeps the events that it was sent. */
export interface Receiver {
  url: string;
  events: Array<{ type: string; data: Record<string, unknown> }>;
  /** What it answers from now on: 200, or a fault. */
  answer: (status: number) => void;
  close: () => Promise<void>;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString();
}

export async function receive(): Promise<Receiver> {
  const events: Receiver['events'] = [];
  let status = 200;
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      if (request.method === 'OPTIONS') {
        response.setHeader('WebHook-Allowed-Origin', request.headers['webhook-request-origin'] ?? '*');
        response.setHeader('WebHook-Allowed-Rate', '1000');
        return response.writeHead(200).end();
      }
      if (status === 200) events.push(...([JSON.parse(body)].flat() as Receiver['events']));
      return response.writeHead(status).end(status === 200 ? '' : 'the receiver is out of order');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/events`,
    events,
    answer: (next) => {
      status = next;
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
