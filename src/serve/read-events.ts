import type { IncomingHttpHeaders } from 'node:http';
import { ChainwardenError } from '../domain/errors.ts';
import { EVENTS_PER_REQUEST_MAX } from '../domain/limits.ts';
import type { DecodeBinary } from './deps.ts';

/** The ways events come in, as their content types say. */
export const eventTypes = [
  'application/json',
  'application/cloudevents+json',
  'application/cloudevents-batch+json',
  'application/x-ndjson',
] as const;

const LINE_FEED = 0x0a;

/**
 * Splits a body into what `admit` takes one by one: JSON text or parsed values. It refuses only what concerns the
 * request as a whole; everything about a single event is admission's.
 */
export function readEvents(
  headers: IncomingHttpHeaders,
  body: Uint8Array,
  decodeBinary: DecodeBinary,
): readonly unknown[] {
  const type = (headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase();
  if (type === 'application/x-ndjson') return bounded(lines(body));
  const text = decode(body);
  if (type === 'application/json' && headers['ce-specversion'] !== undefined) {
    return [decodeBinary(headers, text)];
  }
  const batch =
    type === 'application/cloudevents-batch+json' || (type === 'application/json' && isArray(text));
  return batch ? bounded(elements(text)) : [text];
}

function isArray(text: string): boolean {
  return /^\s*\[/.test(text);
}

function elements(text: string): readonly unknown[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    // One broken bracket breaks the whole batch: a single refusal says so.
    return [text];
  }
  if (!Array.isArray(parsed)) return [text];
  // A string element would look like JSON text to `admit`: quoted again, it is the string that it is.
  return parsed.map((element: unknown) => (typeof element === 'string' ? JSON.stringify(element) : element));
}

/** Lines are cut before they are decoded, so that one with broken UTF-8 spoils only itself. Blank ones are skipped. */
function lines(body: Uint8Array): readonly string[] {
  const found: string[] = [];
  for (let start = 0; start < body.length; ) {
    const feed = body.indexOf(LINE_FEED, start);
    const end = feed < 0 ? body.length : feed;
    const line = decode(body.subarray(start, end)).trim();
    if (line !== '') found.push(line);
    start = end + 1;
  }
  return found;
}

/** Broken UTF-8 becomes U+FFFD in front, which no JSON text begins with: admission refuses it as such. */
function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return `\ufffd${new TextDecoder('utf-8').decode(bytes)}`;
  }
}

function bounded(events: readonly unknown[]): readonly unknown[] {
  if (events.length === 0) throw new ChainwardenError('REQUEST_INVALID', 'the body holds no event');
  if (events.length > EVENTS_PER_REQUEST_MAX) {
    throw new ChainwardenError('EVENT_TOO_LARGE', `at most ${EVENTS_PER_REQUEST_MAX} events in one request`);
  }
  return events;
}
