import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A system that takes events over HTTP. */
export interface Receiver {
  url: string;
  /** The bodies of the requests that it was sent so far. */
  taken: string[];
  /** With what it answers from now on. */
  answer: (status: number, body: string) => void;
  close: () => Promise<void>;
}

/** Starts one at a free port; it says that it wants events, and takes them until it is told to fail. */
export async function receive(): Promise<Receiver> {
  const taken: string[] = [];
  let said = { status: 200, body: 'taken' };
  const server = createServer((request, response) => {
    if (request.method === 'OPTIONS') {
      response.setHeader('WebHook-Allowed-Origin', '*').end();
      return;
    }
    let body = '';
    request.on('data', (piece: Buffer) => {
      body += piece.toString();
    });
    request.on('end', () => {
      taken.push(body);
      response.writeHead(said.status).end(said.body);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/hook`,
    taken,
    answer: (status, body) => {
      said = { status, body };
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
