import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ChainwardenError } from '../domain/errors.ts';
import type { NewsSource, NumberedNews } from '../domain/news.ts';

/** Each is a socket and a little memory. */
const STREAMS_MAX = 1_000;
/** A person has tabs, not dozens of machines. */
const STREAMS_OF_ONE_KEY_MAX = 50;
/** What a client may leave unread: hundreds of news. Whoever is further behind had better look again. */
const UNREAD_BYTES_MAX = 64 * 1024;
/** Before a client that lost the stream comes back. */
const RETRY_MS = 3_000;
const BUSY_SECONDS = 30;

export interface Listener {
  readonly tenant: string;
  /** Whose streams are counted together. */
  readonly keyId: string;
  /** False once this person or machine may hear no more. */
  isWelcome(): Promise<boolean>;
}

/** News as server-sent events. */
export interface Streams {
  open(request: FastifyRequest, reply: FastifyReply, listener: Listener): FastifyReply;
  /** Ends every stream, so that closing the server has nobody to wait for. */
  close(): void;
}

interface Open {
  readonly keyId: string;
  end(reason: string): void;
}

export function createStreams(news: NewsSource, beatMs: number): Streams {
  const streams = new Set<Open>();
  let closed = false;

  function refuseAbove(keyId: string): void {
    const own = [...streams].filter((stream) => stream.keyId === keyId).length;
    if (!closed && own < STREAMS_OF_ONE_KEY_MAX && streams.size < STREAMS_MAX) return;
    const detail = { retryAfterSeconds: BUSY_SECONDS };
    throw new ChainwardenError('TOO_MANY_REQUESTS', 'too many streams are open', { detail });
  }

  return {
    open(request, reply, { tenant, keyId, isWelcome }) {
      refuseAbove(keyId);
      const after = request.headers['last-event-id'];
      const body = new Readable({ read: () => undefined });
      let told: Promise<void> = Promise.resolve();
      const stream: Open = {
        keyId,
        end(reason) {
          if (!streams.delete(stream)) return;
          clearInterval(beat);
          stop();
          if (body.destroyed) return;
          body.push(messageOf('closed', { reason }));
          body.push(null);
        },
      };

      /** A key that is disabled meanwhile hears nothing more; nor does a client that does not read. */
      async function tell(text: string): Promise<void> {
        // A store that does not answer ends nobody's stream.
        if (!(await isWelcome().catch(() => true))) return stream.end('signed out');
        if (!streams.has(stream)) return;
        if (body.readableLength > UNREAD_BYTES_MAX) return stream.end('too slow');
        body.push(text);
      }
      const inTurn = (text: string): void => {
        told = told.then(() => tell(text));
      };

      const { missed, stop } = news.follow(tenant, typeof after === 'string' ? after : undefined, (heard) => {
        inTurn(textOf(heard));
      });
      const beat = setInterval(() => inTurn(': still here\n\n'), beatMs);
      beat.unref();
      streams.add(stream);
      body.once('close', () => stream.end('gone'));
      // At once: the client knows by it that it is heard.
      body.push(`retry: ${RETRY_MS}\n\n${missed === undefined ? messageOf('reset', {}) : textOf(missed)}`);
      // Its end is the connection's: one that is kept would hold up whoever stops the service.
      reply.headers({ 'cache-control': 'no-store', connection: 'close', 'x-accel-buffering': 'no' });
      return reply.type('text/event-stream').send(body);
    },
    close() {
      closed = true;
      for (const stream of [...streams]) stream.end('the service is stopping');
    },
  };
}

function textOf(news: readonly NumberedNews[]): string {
  return news.map(({ at, tenant: _, ...told }) => `id: ${at}\n${messageOf('news', told)}`).join('');
}

/** JSON has no line breaks of its own, so nothing in it can begin a field. */
function messageOf(event: string, data: object): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
