import { WEBHOOK_TIMEOUT_MS } from '../../domain/limits.ts';
import { type NoticeMessage, readMessage } from '../../domain/message.ts';
import type { OutboxEntry } from '../../domain/response.ts';
import { type Answer, type Caller, createCaller, type Place } from '../connectors/call.ts';
import { failure } from '../failure.ts';
import type { Attempt, Channel } from '../types.ts';
import type { NotifyParts } from './parts.ts';

/** One message of ours, to be said in another language. */
export interface ToSay {
  readonly entry: OutboxEntry;
  readonly message: NoticeMessage;
}

/** Asks the place of the channel once. */
export type Ask = (headers: Readonly<Record<string, string>>, body: string) => Promise<Answer>;

export interface Dialect {
  readonly name: string;
  readonly disabled: boolean;
  readonly place: Place;
  /** Says it, and what the answer means. What it throws is a failed attempt. */
  say(toSay: ToSay, ask: Ask): Promise<Attempt>;
}

/**
 * A channel that translates on the way out: what is stored is the message that everybody gets, because by that the
 * outbox knows what was said. The translation is a function of the entry, so every attempt says the same.
 */
export function createTranslated(dialect: Dialect, parts: NotifyParts): Channel {
  const { name, disabled, place } = dialect;
  const caller: Caller = createCaller(place, parts.guard);
  const timeoutMs = parts.timeoutMs ?? WEBHOOK_TIMEOUT_MS;

  return {
    name,
    disabled,
    async send(entry) {
      const message = readMessage(entry.body);
      if (message === undefined) return unreadable;
      const signal = AbortSignal.timeout(timeoutMs);
      const ask: Ask = (headers, body) =>
        caller.post({ 'content-type': 'application/json; charset=utf-8', ...headers }, body, signal);
      try {
        return await dialect.say({ entry, message }, ask);
      } catch (error) {
        return failure(error);
      }
    },
    async rehearse(entry) {
      try {
        if (readMessage(entry.body) === undefined) return unreadable.message;
        await caller.check();
        return undefined;
      } catch (error) {
        return failure(error).message;
      }
    },
    close: caller.close,
  };
}

export function answered({ status, retryAfter }: Answer, receipt?: string): Attempt {
  return { kind: 'answered', status, retryAfter, ...(receipt === undefined ? {} : { receipt }) };
}

/** The same message would be refused again. */
export function refused(message: string): Attempt {
  return { kind: 'failed', code: 'DELIVERY_REFUSED', message, retriable: false };
}

export const unreadable = {
  kind: 'failed',
  code: 'DELIVERY_REFUSED',
  message: 'the message is none of ours',
  retriable: false,
} as const satisfies Attempt;
