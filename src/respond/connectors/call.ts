import { Agent, request } from 'undici';
import { ChainwardenError } from '../../domain/errors.ts';
import type { Guard } from '../guard.ts';

/** A configured address. */
export interface Place {
  readonly url: URL;
  readonly allowPrivate: boolean;
}

export interface Answer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  /** The body, bounded. */
  readonly text: string;
}

/** Posts to one place. Redirects are not followed: they are answers like any other. */
export interface Caller {
  post(headers: Readonly<Record<string, string>>, body: string, signal: AbortSignal): Promise<Answer>;
  /** Everything but the request. Throws what `post` would. */
  check(): Promise<void>;
  close(): Promise<void>;
}

/** An introspection answer of a token with many scopes is a few kilobytes. */
const ANSWER_BYTES_MAX = 65_536;

/**
 * Connections of its own for each place, because the look-up that pins the checked address belongs to the place.
 * Proxy variables of the environment are not read: a proxy would resolve the name again, unchecked.
 */
export function createCaller(place: Place, guard: Guard): Caller {
  const agent = new Agent({ connect: { lookup: guard.lookup(place) }, pipelining: 1 });
  return {
    async post(headers, body, signal) {
      // A literal address is never looked up, so the look-up cannot refuse it.
      guard.inspect(place);
      const answer = await request(place.url, {
        method: 'POST',
        headers: { accept: 'application/json', 'user-agent': 'chainwarden', ...headers },
        body,
        dispatcher: agent,
        signal,
      });
      const retryAfter = answer.headers['retry-after'];
      return {
        status: answer.statusCode,
        retryAfter: Array.isArray(retryAfter) ? retryAfter[0] : retryAfter,
        text: await readBounded(answer.body, place.url),
      };
    },
    check: async () => {
      await guard.resolve(place);
    },
    close: () => agent.destroy(),
  };
}

/** Of the requests of OAuth 2.0 (RFC 6749 appendix B). */
export const formType = { 'content-type': 'application/x-www-form-urlencoded' } as const;

/** The members of a JSON object; empty for anything else. */
export function membersOf({ text }: Answer): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

async function readBounded(body: AsyncIterable<Buffer>, url: URL): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    // Leaving the loop destroys the stream, and the connection with it.
    if (bytes > ANSWER_BYTES_MAX) {
      throw new ChainwardenError(
        'DELIVERY_FAILED',
        `${url.host} answered more than ${ANSWER_BYTES_MAX} bytes`,
      );
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
