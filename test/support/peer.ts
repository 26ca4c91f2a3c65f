import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll } from 'vitest';

export interface Heard {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Readonly<Record<string, unknown>>;
}

interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | object;
}

export interface Peer {
  readonly url: string;
  readonly heard: Heard[];
  /** What it answers to the n-th request, from 0. */
  answer: (request: Heard, n: number) => Reply;
}

/** A system on this machine that takes JSON and answers what the test says. */
export async function startPeer(): Promise<Peer> {
  const heard: Heard[] = [];
  const peer: { answer: Peer['answer'] } = { answer: () => ({ status: 200 }) };
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const one = {
        path: request.url ?? '',
        headers: request.headers,
        body: JSON.parse(body) as Heard['body'],
      };
      heard.push(one);
      const { status, headers = {}, body: said = '' } = peer.answer(one, heard.length - 1);
      response.writeHead(status, headers).end(typeof said === 'string' ? said : JSON.stringify(said));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return Object.assign(peer, { url: `http://127.0.0.1:${port}`, heard });
}
