import { expect, it } from 'vitest';
import { ChainwardenError } from './domain/errors.ts';
import type { AdmittedEvent } from './domain/event/index.ts';
import type { ResponseTarget } from './domain/response.ts';
import { createAdmit } from './ingest/admit.ts';
import { createRecorder, type OwnChange } from './own-records.ts';

const atMs = Date.parse('2026-03-01T10:00:00.250Z');
const ref = { iss: 'https://as.example', jti: 'at-1' };
const token: ResponseTarget = { kind: 'token', key: 'tok:["https://as.example","at-1"]', ref };
const order: OwnChange = {
  tenant: 'acme',
  responseId: 'rsp_1',
  target: token,
  state: 'requested',
  connector: 'idp',
  atMs,
};

function recording(nowMs = atMs) {
  const log: AdmittedEvent[] = [];
  const recorder = createRecorder({
    admit: createAdmit(),
    sink: {
      append: async (events) => {
        log.push(...events);
      },
    },
    clock: () => nowMs,
  });
  return { log, recorder };
}

it.each<[string, ResponseTarget, object]>([
  ['a token', token, { token: ref }],
  [
    'a family of an issuer',
    { kind: 'family', key: 'fam:f', iss: ref.iss, family: 'f' },
    { family: 'f', iss: ref.iss },
  ],
  ['a family', { kind: 'family', key: 'fam:f', iss: undefined, family: 'f' }, { family: 'f' }],
  [
    'all that a subject got until then',
    { kind: 'subject', key: 'prn:bot', subject: { id: 'bot', kind: 'agent' }, cutOffMs: atMs - 250 },
    { subject: { id: 'bot', kind: 'agent' }, cutOff: '2026-03-01T10:00:00.000Z' },
  ],
])('writes what is done about %s into the log', async (_, target, members) => {
  const { log, recorder } = recording();
  await recorder.record({ ...order, target });
  expect(log).toMatchObject([
    {
      tenant: 'acme',
      timeMs: atMs,
      origin: { publisher: 'chainwarden', adapter: 'chainwarden' },
    },
  ]);
  const { v, tenant, ...data } = log[0]?.data ?? {};
  expect(data).toEqual({
    type: 'response.recorded',
    ...members,
    response: 'rsp_1',
    state: 'requested',
    connector: 'idp',
  });
});

it('is one record however often it is written, and another one for each state and time', async () => {
  const { log, recorder } = recording(atMs + 90 * 86_400_000);
  await recorder.record(order);
  await recorder.record(order);
  const [first, second] = log;
  expect(second).toEqual(first);
  await recorder.record({ ...order, state: 'undone' });
  await recorder.record({ ...order, atMs: atMs + 1 });
  await recorder.record({ ...order, tenant: 'globex' });
  expect(new Set(log.map(({ id }) => id)).size).toBe(4);
});

it('names no connector where none is configured', async () => {
  const { log, recorder } = recording();
  await recorder.record({ ...order, connector: '' });
  await recorder.record({ ...order, connector: undefined });
  expect(log.map(({ data }) => 'connector' in data)).toEqual([false, false]);
});

it('rejects when the log does not take it, and when it says what nobody may say', async () => {
  const full = new ChainwardenError('OVERLOADED', 'full');
  const recorder = createRecorder({
    admit: createAdmit(),
    sink: { append: () => Promise.reject(full) },
    clock: () => atMs,
  });
  await expect(recorder.record(order)).rejects.toBe(full);
  await expect(recorder.record({ ...order, responseId: '' })).rejects.toMatchObject({
    code: 'INTERNAL',
    detail: { code: 'EVENT_INVALID' },
  });
});
