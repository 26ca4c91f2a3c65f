import type { IncomingHttpHeaders } from 'node:http';
import { ChainwardenError } from '../domain/errors.ts';
import { EVENT_BYTES_MAX, EVENTS_PER_REQUEST_MAX } from '../domain/limits.ts';
import type { DecodeBinary } from './deps.ts';

/** The ways events come in, as their content types say. */
export const eventTypes = [
  'application/json',
  'application/cloudevents+json',
  'application/cloudevents-batch+json',
  'application/x-ndjson',
] as const;

const LINE_FEED = 0x0a;
const OPENING_BRACKET = 0x5b;

/**
 * Splits a body into what `admit` takes one by one: the bytes of JSON text, or parsed values. It refuses only what
 * concerns the request as a whole; everything about a single event is admission's.
 */
export function readEvents(
  headers: IncomingHttpHeaders,
  body: Buffer,
  decodeBinary: DecodeBinary,
): readonly unknown[] {
  const type = (headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase();
  if (type === 'application/x-ndjson') return bounded(lines(body));
  if (type === 'application/cloudevents-batch+json') return bounded(elements(body));
  if (type === 'application/json') {
    if (headers['ce-specversion'] !== undefined) return [decodeBinary(headers, body)];
    if (body.find((byte) => !isSpace(byte)) === OPENING_BRACKET) return bounded(elements(body));
  }
  return [body];
}

function elements(body: Buffer): readonly unknown[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    // One broken bracket breaks the whole batch: a single refusal says so, and the beginning is enough to find it.
    return [body.subarray(0, EVENT_BYTES_MAX)];
  }
  if (!Array.isArray(parsed)) return [parsed];
  // `admit` would read a string element as JSON text: quoted again, it is the string that it is.
  return parsed.map((element: unknown) => (typeof element === 'string' ? JSON.stringify(element) : element));
}

/** Lines are cut before they are decoded, so that one with broken UTF-8 spoils only itself. Blank ones are skipped. */
function lines(body: Buffer): readonly Buffer[] {
  const found: Buffer[] = [];
  for (let start = 0; start < body.length; ) {
    const feed = body.indexOf(LINE_FEED, start);
    const line = body.subarray(start, feed < 0 ? body.length : feed);
    if (!line.every(isSpace)) found.push(line);
    start += line.length + 1;
  }
  return found;
}

/** JSON's white space. */
function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d;
}

function bounded(events: readonly unknown[]): readonly unknown[] {
  if (events.length === 0) throw new ChainwardenError('REQUEST_INVALID', 'the body holds no event');
  if (events.length > EVENTS_PER_REQUEST_MAX) {
    throw new ChainwardenError('EVENT_TOO_LARGE', `at most ${EVENTS_PER_REQUEST_MAX} events in one request`);
  }
  return events;
}
