import { Agent, request } from 'undici';
import { ChainwardenError } from './domain/errors.ts';
import type { createGuard } from './respond/index.ts';

/** A set of a hundred keys; whoever answers more is not to fill the memory. */
const ANSWER_BYTES_MAX = 256 * 1024;

export interface GuardedFetch {
  /** Fetches the place by GET. Redirects are not followed: they are answers like any other. */
  get(headers: Headers, signal: AbortSignal): Promise<Response>;
  close(): Promise<void>;
}

/** Fetches one configured place, and not what only this machine can reach. */
export function createGuardedFetch(
  place: { readonly url: URL; readonly allowPrivate: boolean },
  guard: ReturnType<typeof createGuard>,
): GuardedFetch {
  const agent = new Agent({ connect: { lookup: guard.lookup(place) }, pipelining: 1 });
  return {
    async get(headers, signal) {
      // A literal address is never looked up, so the look-up cannot refuse it.
      guard.inspect(place);
      const answer = await request(place.url, {
        headers: { 'user-agent': 'chainwarden', ...Object.fromEntries(headers) },
        dispatcher: agent,
        signal,
      });
      const chunks: Buffer[] = [];
      let bytes = 0;
      for await (const chunk of answer.body as AsyncIterable<Buffer>) {
        bytes += chunk.length;
        // Leaving the loop destroys the stream, and the connection with it.
        if (bytes > ANSWER_BYTES_MAX)
          throw new ChainwardenError('DELIVERY_FAILED', `${place.url.host} answers more than is read`);
        chunks.push(chunk);
      }
      return new Response(Buffer.concat(chunks), { status: answer.statusCode });
    },
    close: () => agent.destroy(),
  };
}
