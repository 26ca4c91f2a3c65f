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

type Place = { readonly url: URL; readonly allowPrivate: boolean };
type Guard = ReturnType<typeof createGuard>;

/** Fetches one configured place, and not what only this machine can reach. */
export function createGuardedFetch(place: Place, guard: Guard): GuardedFetch {
  const agent = agentFor(place, guard);
  return {
    get: (headers, signal) => send(place, { guard, agent, headers, signal }),
    close: () => agent.destroy(),
  };
}

/** Hosts among which one party spreads what it offers. */
const HOSTS_MAX = 8;

export interface RequestParts {
  readonly method?: string | undefined;
  readonly headers: Headers;
  readonly body?: string | undefined;
  readonly signal: AbortSignal;
}

export interface GuardedClient {
  /** Asks an address that a configured party names of itself. Redirects are not followed. */
  send(url: URL, parts: RequestParts): Promise<Response>;
  close(): Promise<void>;
}

/** Talks with a party that says itself where its endpoints are: each address is looked at like a configured one. */
export function createGuardedClient(allowPrivate: boolean, guard: Guard): GuardedClient {
  const agents = new Map<string, Agent>();
  return {
    async send(url, parts) {
      const place = { url, allowPrivate };
      const agent = agents.get(url.host) ?? agentFor(place, guard);
      if (!agents.has(url.host) && agents.size >= HOSTS_MAX)
        throw new ChainwardenError('DESTINATION_FORBIDDEN', 'endpoints at more hosts than one party has');
      agents.set(url.host, agent);
      return send(place, { ...parts, guard, agent });
    },
    close: async () => {
      await Promise.all([...agents.values()].map((agent) => agent.destroy()));
    },
  };
}

function agentFor(place: Place, guard: Guard): Agent {
  return new Agent({ connect: { lookup: guard.lookup(place) }, pipelining: 1 });
}

interface Sending extends RequestParts {
  readonly guard: Guard;
  readonly agent: Agent;
}

async function send(place: Place, { guard, agent, method = 'GET', headers, body, signal }: Sending) {
  // A literal address is never looked up, so the look-up cannot refuse it.
  guard.inspect(place);
  const answer = await request(place.url, {
    method: method as 'GET',
    headers: { 'user-agent': 'chainwarden', ...Object.fromEntries(headers) },
    ...(body === undefined ? {} : { body }),
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
  const type = answer.headers['content-type'];
  return new Response(bytes === 0 ? null : Buffer.concat(chunks), {
    status: answer.statusCode,
    headers: typeof type === 'string' ? { 'content-type': type } : {},
  });
}
