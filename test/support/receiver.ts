import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';
import { afterAll } from 'vitest';

/** One message that arrived and whose signature was good. */
export interface Received {
  readonly id: string;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface Receiver {
  readonly url: string;
  /** For the sender's environment. */
  readonly secret: string;
  /** Every delivery, repeats included. */
  readonly messages: readonly Received[];
  /** Why deliveries were turned away: a signature that is wrong, a body that is no JSON. */
  readonly refused: readonly string[];
}

/** A webhook receiver as anybody would write it: the `standardwebhooks` package verifies, 204 is the answer. */
export async function startReceiver(): Promise<Receiver> {
  const secret = `whsec_${randomBytes(32).toString('base64')}`;
  const messages: Received[] = [];
  const refused: string[] = [];
  async function take(request: IncomingMessage): Promise<void> {
    const headers = request.headers as Record<string, string>;
    const { type, data } = new Webhook(secret).verify(await buffer(request), headers) as Received;
    messages.push({ id: headers['webhook-id'] ?? '', type, data });
  }
  const server = createServer((request, response) => {
    take(request).then(
      () => response.writeHead(204).end(),
      (error: unknown) => {
        refused.push(String(error));
        response.writeHead(400).end();
      },
    );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { url: `http://127.0.0.1:${port}/hooks`, secret, messages, refused };
}
