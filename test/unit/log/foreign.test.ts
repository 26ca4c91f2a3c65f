import { expect, it } from 'vitest';
import type { DeadLetter } from '../../../src/domain/dead-letter.ts';
import { FOREIGN_RECORDS_PER_HOUR_MAX } from '../../../src/domain/limits.ts';
import type { LogRecord } from '../../../src/domain/record.ts';
import { createEmbeddedLog } from '../../../src/log/embedded.ts';
import { admitted, START_MS } from '../engine/worlds.ts';

function letter(differs: Partial<DeadLetter> = {}): DeadLetter {
  return {
    tenant: 'acme',
    atMs: START_MS,
    publisher: 'crm',
    position: { source: 'http', partition: 0, offset: 0 },
    code: 'EVENT_ISSUER_FORBIDDEN',
    path: 'data.token.iss',
    reason: 'the publisher may not speak for this issuer',
    issuer: 'https://as.example',
    raw: '{}',
    ...differs,
  };
}

function open() {
  const records: LogRecord[] = [];
  const durable: LogRecord[] = [];
  const log = createEmbeddedLog({
    store: {
      appendEvents: async () => [],
      appendControl: async (list) => void durable.push(...list),
      appendDeadLetters: async () => {},
    },
    lastSeq: 7,
    clock: () => START_MS,
    sleep: () => Promise.resolve(),
    onRecords: async (list) => void records.push(...list),
  });
  return { log, records, durable };
}

it('gives refused speech its place behind the events it came with, durably', async () => {
  const { log, records, durable } = open();
  const event = admitted(
    {
      v: 1,
      type: 'agent.invoked',
      callId: 'c',
      actor: { id: 'a', kind: 'agent' },
      callee: { id: 'b', kind: 'agent' },
    },
    { id: 'e', atMs: START_MS },
  );
  await log.append([event], [letter(), letter({ issuer: undefined, code: 'EVENT_INVALID' })]);
  const foreign = {
    kind: 'foreign',
    seq: 9,
    tenant: 'acme',
    publisher: 'crm',
    issuer: 'https://as.example',
    atMs: START_MS,
  };
  expect(records).toEqual([{ kind: 'event', seq: 8, event }, foreign]);
  expect(durable).toEqual([foreign]);
  expect(log.lastSeq).toBe(9);
});

it.each([
  ['the same again', {}, 0],
  ['another tenant', { tenant: 'globex' }, 1],
  ['another publisher', { publisher: 'erp' }, 1],
  ['another issuer', { issuer: 'https://other' }, 1],
  ['the same a moment before the next hour', { atMs: START_MS + 3_600_000 - 1 }, 0],
  ['the same in the next hour', { atMs: START_MS + 3_600_000 }, 1],
])('keeps one an hour: %s', async (_, differs, count) => {
  const { log, records } = open();
  await log.append([], [letter()]);
  await log.append([], [letter(differs)]);
  expect(records).toHaveLength(1 + count);
});

it('is not filled by whoever invents issuers', async () => {
  const { log, records } = open();
  const many = Array.from({ length: FOREIGN_RECORDS_PER_HOUR_MAX + 5 }, (_, n) =>
    letter({ issuer: `urn:${n}` }),
  );
  await log.append([], many);
  expect(records).toHaveLength(FOREIGN_RECORDS_PER_HOUR_MAX);
});
