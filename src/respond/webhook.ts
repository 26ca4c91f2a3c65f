import { Agent, type Dispatcher, request } from 'undici';
import { ChainwardenError } from '../domain/errors.ts';
import { WEBHOOK_RESPONSE_BYTES_MAX, WEBHOOK_TIMEOUT_MS } from '../domain/limits.ts';
import type { Guard } from './guard.ts';
import type { Attempt, Clock, Endpoint, Transport } from './types.ts';

export interface WebhookOptions {
  readonly guard: Guard;
  readonly clock: Clock;
  readonly timeoutMs?: number;
}

/**
 * Standard Webhooks over undici. Each endpoint has connections of its own, because the look-up that pins the
 * checked address belongs to the endpoint. Proxy variables of the environment are not read: a proxy would resolve
 * the name again, unchecked.
 */
export function createWebhookTransport(options: WebhookOptions): Transport {
  const { guard, clock, timeoutMs = WEBHOOK_TIMEOUT_MS } = options;
  const agents = new Map<string, Agent>();

  function agentOf(endpoint: Endpoint): Agent {
    const known = agents.get(endpoint.name);
    if (known !== undefined) return known;
    const agent = new Agent({
      connect: { lookup: guard.lookup(endpoint), timeout: timeoutMs },
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      pipelining: 1,
    });
    agents.set(endpoint.name, agent);
    return agent;
  }

  return {
    async send(endpoint, message) {
      try {
        // A literal address is never looked up, so the look-up cannot refuse it.
        guard.inspect(endpoint);
        const answer = await request(endpoint.url, {
          method: 'POST',
          headers: headersOf(endpoint, message, clock()),
          body: message.body,
          dispatcher: agentOf(endpoint),
          signal: AbortSignal.timeout(timeoutMs),
        });
        await discard(answer.body);
        return {
          kind: 'answered',
          status: answer.statusCode,
          retryAfter: text(answer.headers['retry-after']),
        };
      } catch (error) {
        return failure(error);
      }
    },
    async rehearse(endpoint, message) {
      try {
        headersOf(endpoint, message, clock());
        await guard.resolve(endpoint);
        return undefined;
      } catch (error) {
        return failure(error).message;
      }
    },
    async close() {
      await Promise.all([...agents.values()].map((agent) => agent.destroy()));
      agents.clear();
    },
  };
}

function headersOf(endpoint: Endpoint, message: { id: string; body: string }, nowMs: number) {
  const timestamp = new Date(nowMs);
  return {
    'content-type': 'application/json; charset=utf-8',
    'user-agent': 'chainwarden',
    'idempotency-key': message.id,
    'webhook-id': message.id,
    'webhook-timestamp': String(Math.floor(nowMs / 1000)),
    'webhook-signature': endpoint.sign(message.id, timestamp, message.body),
  };
}

/** Reads a bounded part so that the connection can be used again; a longer answer costs it the connection. */
async function discard(body: Dispatcher.ResponseData['body']): Promise<void> {
  // The status has arrived and is the answer, whatever becomes of the rest.
  await body.dump({ limit: WEBHOOK_RESPONSE_BYTES_MAX }).catch(() => undefined);
}

function text(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}

function failure(error: unknown): Extract<Attempt, { kind: 'failed' }> {
  if (error instanceof ChainwardenError) {
    return { kind: 'failed', code: error.code, message: error.message, retriable: error.retriable };
  }
  const code = codeOf(error);
  const message = code === undefined ? 'the request failed' : `the request failed: ${code}`;
  return { kind: 'failed', code: 'DELIVERY_FAILED', message, retriable: true };
}

/** The system's or undici's code only: messages may quote addresses. */
function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error.name === 'TimeoutError') return 'TIMEOUT';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
