import { Agent, type Dispatcher, request } from 'undici';
import { WEBHOOK_RESPONSE_BYTES_MAX, WEBHOOK_TIMEOUT_MS } from '../domain/limits.ts';
import type { OutboxEntry } from '../domain/response.ts';
import { failure } from './failure.ts';
import type { Guard } from './guard.ts';
import type { Sign } from './signing.ts';
import type { Channel, Clock } from './types.ts';

/** A receiver of webhooks, checked and with its secrets resolved. Safe to log: the secrets live in `sign` only. */
export interface WebhookDestination {
  readonly name: string;
  readonly disabled: boolean;
  readonly url: URL;
  /** Loopback, private and carrier-grade addresses, and plain http to them. Never link-local or metadata. */
  readonly allowPrivate: boolean;
  /** The value of `webhook-signature`: one signature for each secret. */
  readonly sign: Sign;
}

export interface WebhookOptions {
  readonly guard: Guard;
  readonly clock: Clock;
  readonly timeoutMs?: number;
}

/**
 * Standard Webhooks over undici. Each destination has connections of its own, because the look-up that pins the
 * checked address belongs to the destination. Proxy variables of the environment are not read: a proxy would resolve
 * the name again, unchecked.
 */
export function createWebhookChannel(destination: WebhookDestination, options: WebhookOptions): Channel {
  const { guard, clock, timeoutMs = WEBHOOK_TIMEOUT_MS } = options;
  const agent = new Agent({
    connect: { lookup: guard.lookup(destination), timeout: timeoutMs },
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    pipelining: 1,
  });

  return {
    name: destination.name,
    disabled: destination.disabled,
    async send(entry) {
      try {
        // A literal address is never looked up, so the look-up cannot refuse it.
        guard.inspect(destination);
        const answer = await request(destination.url, {
          method: 'POST',
          headers: headersOf(destination, entry, clock()),
          body: entry.body,
          dispatcher: agent,
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
    async rehearse(entry) {
      try {
        headersOf(destination, entry, clock());
        await guard.resolve(destination);
        return undefined;
      } catch (error) {
        return failure(error).message;
      }
    },
    close: () => agent.destroy(),
  };
}

function headersOf({ sign }: WebhookDestination, { id, body }: OutboxEntry, nowMs: number) {
  const timestamp = new Date(nowMs);
  return {
    'content-type': 'application/json; charset=utf-8',
    'user-agent': 'chainwarden',
    'idempotency-key': id,
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(nowMs / 1000)),
    'webhook-signature': sign(id, timestamp, body),
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
