import { describe, expect, it } from 'vitest';
import type { AdmitContext } from '../domain/admission.ts';
import { EVENT_BYTES_MAX } from '../domain/limits.ts';
import { createAdmit } from './admit.ts';
import { decodeBinary, isBinaryMode, splitBatch, splitLines } from './codec.ts';
import { exampleEvent } from './examples.ts';

const event = exampleEvent('tool.invoked');
const body = JSON.stringify(event.data);
const attributes = {
  specversion: '1.0',
  id: event.id,
  source: event.source,
  type: event.type,
  time: event.time,
};
const admit = createAdmit();
const context: AdmitContext = {
  publisher: { name: 'p', tenant: 'acme', issuers: '*' },
  adapter: 'cloudevents',
  position: { source: 'http', partition: 0, offset: 0 },
  nowMs: Date.parse(event.time),
  history: false,
};

function prefixed<T>(prefix: string, value: (text: string) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(attributes).map(([name, text]) => [prefix + name, value(text)]));
}

function textOf(raw: unknown): string {
  const admission = admit({ raw }, context);
  return admission.kind === 'admitted' ? admission.event.text : admission.letter.code;
}

describe('CloudEvents modes', () => {
  it('give the same event: structured, Kafka binary and HTTP binary', () => {
    const structured = textOf(JSON.stringify(event));
    const kafka = {
      ...prefixed('ce_', (text) => Buffer.from(text)),
      'content-type': Buffer.from('application/json'),
    };
    const http = {
      ...prefixed('ce-', (text) => text),
      'content-type': 'application/json; charset=utf-8',
      host: 'x',
    };
    expect(structured).toContain('"id":"example-tool.invoked"');
    expect(isBinaryMode(kafka) && isBinaryMode(http)).toBe(true);
    expect(textOf(decodeBinary(kafka, Buffer.from(body)))).toBe(structured);
    expect(textOf(decodeBinary(http, body))).toBe(structured);
    expect(
      textOf(
        decodeBinary(
          prefixed('ce_', (text) => text),
          body,
        ),
      ),
    ).toBe(structured);
    expect(isBinaryMode({ 'content-type': 'application/cloudevents+json' })).toBe(false);
  });

  it('percent-decodes HTTP attributes, and keeps those that are none', () => {
    const headers = { ...prefixed('ce-', (text) => text), 'ce-subject': 'Z%C3%BCrich', 'ce-region': '100%' };
    expect(decodeBinary(headers, body)).toMatchObject({ subject: 'Zürich', region: '100%' });
  });

  it('takes the first of a repeated attribute and none of an empty one', () => {
    const headers = {
      ...prefixed('ce_', (text) => text),
      ce_region: [Buffer.from('a'), 'b'],
      ce_zone: null,
      ce_x: [],
    };
    const decoded = decodeBinary(headers, body) as Record<string, unknown>;
    expect(decoded).toMatchObject({ region: 'a' });
    expect(Object.keys(decoded)).not.toContain('zone');
    expect(Object.keys(decoded)).not.toContain('x');
  });

  it.each([
    ['no JSON', 'hello', 'EVENT_NOT_JSON'],
    ['no UTF-8', Buffer.from([0xff, 0xfe]), 'EVENT_NOT_JSON'],
    ['too much', `"${'x'.repeat(EVENT_BYTES_MAX)}"`, 'EVENT_TOO_LARGE'],
    ['a list', '[]', 'EVENT_INVALID'],
  ])('a binary body that is %s is refused by admission', (_, bad, code) => {
    expect(
      textOf(
        decodeBinary(
          prefixed('ce_', (text) => text),
          bad,
        ),
      ),
    ).toBe(code);
  });

  it('a message without the mandatory attributes is refused', () => {
    expect(textOf(decodeBinary({ ce_specversion: '1.0' }, body))).toBe('EVENT_INVALID');
  });
});

describe('many events in one body', () => {
  it('splits a batch and leaves a single event whole', () => {
    expect(splitBatch([event, event])).toHaveLength(2);
    expect(splitBatch(event)).toEqual([event]);
  });

  it('splits lines, counts the empty ones and drops them', () => {
    expect([...splitLines('{"a":1}\r\n\n  \n{"b":2}')]).toEqual([
      { line: 1, raw: '{"a":1}' },
      { line: 4, raw: '{"b":2}' },
    ]);
    expect([...splitLines('')]).toEqual([]);
    expect([...splitLines('x\n')]).toEqual([{ line: 1, raw: 'x' }]);
  });
});
