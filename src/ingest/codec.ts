import { isUtf8 } from 'node:buffer';
import { EVENT_BYTES_MAX } from '../domain/limits.ts';

/** Header values as kafkajs (buffers, lists) and HTTP servers (strings, lists) give them. */
export type Headers = Readonly<
  Record<string, string | Buffer | readonly (string | Buffer)[] | null | undefined>
>;

/** A message that is no structured CloudEvent may be a binary one: its attributes stand in the headers. */
export function isBinaryMode(headers: Headers): boolean {
  return 'ce_specversion' in headers || 'ce-specversion' in headers;
}

/**
 * CloudEvents binary mode to the one envelope that admission reads: attributes from `ce_*` (Kafka) or `ce-*`
 * (HTTP, percent-encoded) headers, data from the body. Never throws: a body that cannot be read comes back as
 * it is and is refused by admission, with its reason.
 */
export function decodeBinary(headers: Headers, body: string | Buffer): unknown {
  if (Buffer.byteLength(body) > EVENT_BYTES_MAX) return body;
  if (typeof body !== 'string' && !isUtf8(body)) return body;
  let data: unknown;
  try {
    data = JSON.parse(body.toString());
  } catch {
    return body;
  }
  const envelope: Record<string, unknown> = {};
  for (const [header, value] of Object.entries(headers)) {
    const name = header.toLowerCase();
    const text = headerText(value);
    if (text === undefined) continue;
    if (name === 'content-type') envelope['datacontenttype'] = text;
    if (name.startsWith('ce_')) envelope[name.slice(3)] = text;
    if (name.startsWith('ce-')) envelope[name.slice(3)] = percentDecoded(text);
  }
  envelope['data'] = data;
  return envelope;
}

/** A JSON body as its events: a batch (`application/cloudevents-batch+json`) or a single one. */
export function splitBatch(body: unknown): readonly unknown[] {
  return Array.isArray(body) ? body : [body];
}

/** NDJSON: the lines that hold something, each with its number, counted from 1. */
export function* splitLines(text: string): Generator<{ readonly line: number; readonly raw: string }> {
  let line = 0;
  for (let start = 0; start < text.length; ) {
    const end = text.indexOf('\n', start);
    const raw = text.slice(start, end < 0 ? text.length : end).trim();
    line += 1;
    if (raw !== '') yield { line, raw };
    start = end < 0 ? text.length : end + 1;
  }
}

function headerText(value: Headers[string]): string | undefined {
  if (value === null || value === undefined) return undefined;
  if (typeof value === 'string') return value;
  // A repeated attribute has no meaning in CloudEvents; the first one stands.
  return Buffer.isBuffer(value)
    ? value.toString('utf8')
    : headerText((value as readonly (string | Buffer)[])[0]);
}

function percentDecoded(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
