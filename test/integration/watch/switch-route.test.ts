import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ChainwardenError } from '../../../src/domain/errors.ts';
import type { DetectorSwitch } from '../../../src/domain/record.ts';
import { createSwitchboard } from '../../../src/watch/index.ts';
import { createMemoryStore } from '../../support/memory-store.ts';
import { nowMs, type Served, serve } from '../serve/support.ts';

const url = '/v1/detectors/scope-creep/switch';
const ended: DetectorSwitch = {
  kind: 'detector',
  seq: 9,
  detector: 'scope-creep',
  on: false,
  atMs: nowMs - 60_000,
  reason: 'did not come back within 5000 ms',
  by: 'watchdog',
};

let served: Served;
let logged: Omit<DetectorSwitch, 'seq'>[];
let log: (record: Omit<DetectorSwitch, 'seq'>) => Promise<void>;
beforeEach(async () => {
  logged = [];
  log = async (record) => void logged.push(record);
  const switches = createSwitchboard({ switches: [ended], clock: () => nowMs });
  switches.open((record) => log(record));
  served = await serve(createMemoryStore(), { switches });
});
afterEach(() => served.app.close());

async function turn(payload: object, path = url) {
  const request = { method: 'POST', url: path, headers: served.as('admin'), payload } as const;
  const answer = await served.app.inject(request);
  return { status: answer.statusCode, body: answer.json() };
}
async function listed() {
  const answer = await served.app.inject({ url: '/v1/detectors', headers: served.as('analyst') });
  return answer.json().items;
}

describe('the switch of a detector', () => {
  it('is shown with since when and why', async () => {
    const switched = {
      at: new Date(nowMs - 60_000).toISOString(),
      reason: 'did not come back within 5000 ms',
      by: 'watchdog',
    };
    expect(await listed()).toMatchObject([{ id: 'scope-creep', on: false, switched }]);
  });

  it('turns it on again, in the log and in the catalogue, under the name of the key', async () => {
    const { status, body } = await turn({ on: true, reason: ' fixed in 1.2 ' });
    expect(status).toBe(200);
    const { by } = body.switched;
    const keys = await served.app.inject({ url: '/v1/keys', headers: served.as('admin') });
    const own = keys.json().items.find(({ name }: { name: string }) => name === 'acme admin');
    expect(by).toBe(own.id);
    expect(body).toMatchObject({ on: true, switched: { reason: 'fixed in 1.2' } });
    expect(logged).toEqual([
      { kind: 'detector', detector: 'scope-creep', on: true, atMs: nowMs, reason: 'fixed in 1.2', by },
    ]);
    expect(await listed()).toMatchObject([{ on: true, switched: { by } }]);
  });

  it('changes nothing, and no reason, when it is so already', async () => {
    const { status, body } = await turn({ on: false, reason: 'mine' });
    expect(status).toBe(200);
    expect(body.switched.by).toBe('watchdog');
    expect(logged).toEqual([]);
  });

  it.each([
    ['no reason', { on: true }, 'body.reason'],
    ['an empty reason', { on: true, reason: '  ' }, 'body.reason'],
    ['neither on nor off', { reason: 'r' }, 'body.on'],
    ['what it does not know', { on: true, reason: 'r', until: 'tomorrow' }, 'body'],
  ])('refuses %s', async (_, payload, path) => {
    const { body } = await turn(payload);
    expect(body).toMatchObject({ status: 400, code: 'REQUEST_INVALID', errors: [{ path }] });
    expect(logged).toEqual([]);
  });

  it('does not know what is no detector', async () => {
    const { body } = await turn({ on: true, reason: 'r' }, '/v1/detectors/absent/switch');
    expect(body).toMatchObject({ status: 404, code: 'NOT_FOUND' });
  });

  it('says what was before when the log does not take it', async () => {
    log = async () => {
      throw new ChainwardenError('OVERLOADED', 'the log has more events waiting than it may hold');
    };
    expect((await turn({ on: true, reason: 'r' })).body).toMatchObject({ status: 503, code: 'OVERLOADED' });
    expect(await listed()).toMatchObject([{ on: false }]);
  });
});
