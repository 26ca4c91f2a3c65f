import { describe, expect, it } from 'vitest';
import { createAlertBook, noticeBody } from '../../../src/alert/index.ts';
import type { LiveFinding } from '../../../src/domain/finding.ts';
import type { ResponseConfig } from '../../../src/respond/config.ts';
import {
  createResponder,
  type HandleOptions,
  type ResponderOptions,
} from '../../../src/respond/responder.ts';
import { findingOf } from '../alert/findings.ts';
import {
  acting,
  createMemoryResponses,
  createScripted,
  createTime,
  endpointOf,
  type MemoryResponses,
  revoking,
  type Scripted,
  silent,
  startMs,
  status,
} from './support.ts';

const minute = 60_000;
const auto = acting();
const dryRun = { ...auto, dryRun: true };
const withdrawn = findingOf({ state: 'withdrawn', version: 2 });

interface World {
  readonly time: ReturnType<typeof createTime>;
  readonly store: MemoryResponses;
  readonly transport: Scripted;
}

function createWorld(): World {
  const time = createTime();
  return { time, store: createMemoryResponses(), transport: createScripted(time.clock) };
}

/** One process: an empty book, a new responder, the world's store. */
function boot(world: World, config: ResponseConfig = dryRun, over: Partial<ResponderOptions> = {}) {
  const book = createAlertBook();
  const subscriptions = over.subscriptions ?? [endpointOf('ops')];
  const responder = createResponder({
    store: world.store,
    channels: world.transport.channels(subscriptions),
    ...revoking(world.transport),
    subscriptions,
    config,
    clock: world.time.clock,
    timer: world.time.timer,
    random: () => 0,
    log: silent,
    body: noticeBody,
    ...over,
  });
  return {
    responder,
    handle: async (findings: readonly LiveFinding[], options?: HandleOptions) => {
      await responder.handle(book.apply(findings), options);
      await world.time.advance(0);
    },
  };
}

function sent({ transport }: World): string[] {
  return transport.sent.map(({ endpoint, body }) => `${JSON.parse(body).type} to ${endpoint}`);
}

function responses({ store }: World): string[] {
  return store.responses.map(({ mode, state, attempt }) => `${mode} ${state} ${attempt}`);
}

describe('telling people', () => {
  it('tells every endpoint that listens, under different ids', async () => {
    const world = createWorld();
    const endpoints = [
      endpointOf('ops'),
      endpointOf('pager', { minSeverity: 'critical' }),
      endpointOf('off', { disabled: true }),
      endpointOf('ends', { events: ['alert.withdrawn'] }),
      endpointOf('all', { events: ['*'] }),
    ];
    await boot(world, dryRun, { subscriptions: endpoints }).handle([findingOf()]);
    expect(sent(world)).toEqual(['alert.raised to ops', 'alert.raised to all', 'incident.raised to all']);
    expect(new Set(world.transport.sent.map(({ id }) => id)).size).toBe(3);
  });

  it('says nothing of signals and of what is provisional', async () => {
    const world = createWorld();
    await boot(world).handle([
      findingOf({ kind: 'signal' }),
      findingOf({ detector: 'orphaned-chain', state: 'provisional' }),
    ]);
    expect(sent(world)).toEqual([]);
  });

  it('tells of an end only those who heard of the beginning', async () => {
    const world = createWorld();
    const endpoints = [endpointOf('ops'), endpointOf('pager', { minSeverity: 'critical' })];
    const { handle } = boot(world, dryRun, { subscriptions: endpoints });
    await handle([findingOf()]);
    await handle([withdrawn]);
    expect(sent(world)).toEqual(['alert.raised to ops', 'alert.withdrawn to ops']);
  });

  it('says everything once, wherever a process stops and in whatever batches the next one replays', async () => {
    const history = [
      findingOf({ version: 1 }),
      findingOf({ fact: 'use', severity: 'critical', version: 2 }),
      findingOf({ detector: 'orphaned-chain', version: 3 }),
      findingOf({ state: 'withdrawn', version: 4 }),
      findingOf({ fact: 'use', state: 'withdrawn', version: 5 }),
      findingOf({ version: 6 }),
    ];
    for (let handledSeq = 0; handledSeq < history.length; handledSeq += 1) {
      for (const size of [1, 2, 3, 6]) {
        const world = createWorld();
        const first = boot(world);
        // The last batch is told, but the place in the log is not marked: the next process tells it again.
        for (const finding of history.slice(0, handledSeq + 1)) await first.handle([finding]);
        const second = boot(world);
        await second.responder.start();
        for (let at = 0; at < handledSeq; at += size) {
          await second.handle(history.slice(at, Math.min(at + size, handledSeq)), { handledSeq });
        }
        for (const finding of history.slice(handledSeq)) await second.handle([finding], { handledSeq });
        await world.time.advance(minute);
        expect(sent(world), `stopped after ${handledSeq}, batches of ${size}`).toEqual([
          'alert.raised to ops',
          'alert.escalated to ops',
          'alert.raised to ops',
          'alert.withdrawn to ops',
          'alert.raised to ops',
        ]);
        expect(new Set(world.store.responses.map(({ id }) => id)).size).toBe(world.store.responses.length);
      }
    }
  });

  it('tells of a severity that rose between a crash and its replay', async () => {
    const world = createWorld();
    await boot(world).handle([findingOf()]);
    await boot(world).handle([findingOf(), findingOf({ fact: 'use', severity: 'critical', version: 2 })]);
    await boot(world).handle([findingOf(), findingOf({ fact: 'use', severity: 'critical', version: 2 })]);
    expect(sent(world)).toEqual(['alert.raised to ops', 'alert.escalated to ops']);
  });

  it('tells of an end that came between a crash and its replay', async () => {
    const world = createWorld();
    await boot(world).handle([findingOf()]);
    await boot(world).handle([withdrawn]);
    expect(sent(world)).toEqual(['alert.raised to ops', 'alert.withdrawn to ops']);
  });

  it('looks nothing up for what an earlier process has handled', async () => {
    const world = createWorld();
    await boot(world).handle([findingOf({ version: 5 })], { handledSeq: 5 });
    expect([sent(world), world.store.calls.find, responses(world)]).toEqual([[], 0, []]);
    await boot(world).handle([findingOf({ version: 6 })], { handledSeq: 5 });
    expect(sent(world)).toHaveLength(1);
  });

  it('asks the store once for a whole batch', async () => {
    const world = createWorld();
    const many = Array.from({ length: 200 }, (_, n) =>
      findingOf({ subject: { kind: 'token', key: `tok:${n}`, label: `${n}` } }),
    );
    await boot(world).handle(many);
    const { find } = world.store.calls;
    expect(sent(world)).toHaveLength(200);
    await boot(world).handle(many);
    expect(find).toBe(2);
    expect(world.store.calls.find).toBe(3);
    expect(sent(world)).toHaveLength(200);
  });

  it.each([
    ['imported history', findingOf(), { imported: true }],
    ['what is older than any live event', findingOf({ atMs: startMs - 31 * 24 * 60 * minute }), {}],
  ])('neither notifies nor revokes for %s', async (_, finding, options) => {
    const world = createWorld();
    await boot(world, auto).handle([finding], options);
    expect(sent(world)).toEqual([]);
    expect(world.store.responses).toMatchObject([
      { state: 'refused', reason: 'imported history never revokes' },
    ]);
  });

  it('does not lose a notice when the store is down: the pipeline tries again', async () => {
    const world = createWorld();
    const changes = createAlertBook().apply([findingOf()]);
    const { responder } = boot(world, auto);
    world.store.down = true;
    await expect(responder.handle(changes)).rejects.toThrow('down');
    world.store.down = false;
    await responder.handle(changes);
    await world.time.advance(0);
    expect(sent(world).sort()).toEqual(['alert.raised to ops', 'token.revoke to idp']);
  });
});

describe('revoking', () => {
  it('in a dry run does everything but send, and says so', async () => {
    const world = createWorld();
    await boot(world).handle([findingOf()]);
    expect(sent(world)).toEqual(['alert.raised to ops']);
    expect(world.store.responses).toMatchObject([
      {
        mode: 'dry_run',
        state: 'requested',
        reason: 'dry run: not sent; scope-creep: hop-drift',
        target: { kind: 'token', ref: { iss: 'iss', jti: 't1' } },
        endpoint: 'idp',
        residualUntilMs: startMs + 60 * minute,
      },
    ]);
    const [message] = world.transport.sent;
    expect(JSON.parse(message?.body ?? '').data.response).toMatchObject({ mode: 'dry_run' });
  });

  it('in a dry run says when the request would have failed', async () => {
    const world = createWorld();
    world.transport.problem = 'requests to idp.example are refused';
    await boot(world).handle([findingOf()]);
    expect(responses(world)).toEqual(['dry_run requested 0', 'dry_run failed 0']);
    expect(world.store.responses[1]?.reason).toContain('it would have failed: requests to idp.example');
  });

  it('when told to, sends the token by reference under an idempotency key', async () => {
    const world = createWorld();
    await boot(world, auto).handle([findingOf()]);
    const message = world.transport.sent.find(({ endpoint }) => endpoint === 'idp');
    expect(message?.id).toMatch(/^rsp_[0-9a-f]{32}$/);
    expect(JSON.parse(message?.body ?? '')).toEqual({
      type: 'token.revoke',
      timestamp: new Date(startMs).toISOString(),
      data: {
        tenant: 'acme',
        target: { kind: 'token', key: 'tok:["iss","t1"]', ref: { iss: 'iss', jti: 't1' } },
        reason: 'scope-creep: hop-drift',
        responseId: message?.id,
        planId: expect.stringMatching(/^pln_/),
        alertId: expect.stringMatching(/^alr_/),
        chainId: 'chn_1',
        idempotencyKey: message?.id,
        notAfter: new Date(startMs + 60 * minute).toISOString(),
      },
    });
    expect(responses(world)).toEqual(['real requested 0', 'real accepted 1']);
  });

  it('revokes a token once, whichever detectors ask', async () => {
    const world = createWorld();
    const { handle } = boot(world, auto);
    await handle([findingOf(), findingOf({ detector: 'reuse-after-expiry' })]);
    await handle([findingOf({ detector: 'orphaned-chain' })]);
    expect(sent(world).filter((line) => line.startsWith('token.revoke'))).toHaveLength(1);
  });

  it('notes every attempt, and failure at the end', async () => {
    const world = createWorld();
    world.transport.answer = (id) => (id.startsWith('rsp') ? status(500) : status(200));
    await boot(world, auto).handle([findingOf()]);
    await world.time.advance(5 * 24 * 60 * minute);
    expect(responses(world).slice(0, 3)).toEqual([
      'real requested 0',
      'real requested 1',
      'real requested 2',
    ]);
    expect(world.store.responses[1]?.reason).toBe('HTTP 500; next attempt at 2026-06-01T12:00:01.000Z');
    expect(world.store.responses.at(-1)).toMatchObject({
      state: 'failed',
      attempt: 13,
      httpStatus: 500,
      reason: 'HTTP 500; attempts are used up',
    });
  });

  it.each<[string, Partial<LiveFinding>, Partial<ResponseConfig>, string, string]>([
    ['a statistical finding', { basis: 'statistical' }, {}, 'refused', 'statistical'],
    ['an asserted link', { revocable: false, linkLevel: 4 }, {}, 'proposed', 'not trusted enough'],
    ['a correlated link', { revocable: false, linkLevel: 5 }, {}, 'refused', 'level 5'],
    ['a low severity', { severity: 'medium' }, {}, 'proposed', 'begins at high'],
    ['an expired token', { liveUntilMs: startMs }, {}, 'refused', 'expired by itself'],
    ['the kill switch', {}, { killSwitch: true }, 'refused', 'kill switch'],
  ])('does not act on %s, and says why', async (_, over, config, state, reason) => {
    const world = createWorld();
    await boot(world, { ...auto, ...config }).handle([findingOf(over)]);
    expect(sent(world)).toEqual(['alert.raised to ops']);
    expect(world.store.responses).toMatchObject([{ state, reason: expect.stringContaining(reason) }]);
  });

  it('only proposes while nobody is configured to revoke', async () => {
    const world = createWorld();
    await boot(world, auto, { connectors: [] }).handle([findingOf()]);
    expect(responses(world)).toEqual(['real proposed 0']);
  });

  it('makes up for a crash between the decision and its outbox entry', async () => {
    const world = createWorld();
    const { writeOutbox } = world.store;
    world.store.writeOutbox = () => Promise.reject(new Error('killed'));
    await expect(boot(world, auto).handle([findingOf()])).rejects.toThrow('killed');
    world.store.writeOutbox = writeOutbox;
    await boot(world, auto).handle([findingOf()]);
    expect(sent(world)).toContain('token.revoke to idp');
    expect(responses(world)).toEqual(['real requested 0', 'real accepted 1']);
  });

  it('revokes nothing old because the configuration was loosened and the log is replayed', async () => {
    const world = createWorld();
    await boot(world, dryRun).handle([findingOf()]);
    await boot(world, auto).handle([findingOf()]);
    const other = createWorld();
    await boot(other, { ...auto, minSeverity: 'critical' }).handle([findingOf()]);
    await boot(other, auto).handle([findingOf()]);
    for (const each of [world, other]) expect(sent(each)).toEqual(['alert.raised to ops']);
  });

  it('decides again when something new is found of the same token', async () => {
    const world = createWorld();
    const { handle } = boot(world, auto);
    await handle([findingOf({ severity: 'medium' })]);
    await world.time.advance(minute);
    await handle([findingOf({ fact: 'use', severity: 'critical', atMs: startMs + 30_000, version: 2 })]);
    expect(responses(world)).toEqual(['real proposed 0', 'real requested 0', 'real accepted 1']);
  });

  it('does not send what still waits after the kill switch is thrown', async () => {
    const world = createWorld();
    world.transport.answer = (id) => (id.startsWith('rsp') ? status(503) : status(200));
    const first = boot(world, auto);
    await first.handle([findingOf()]);
    await first.responder.stop();
    const attempts = world.transport.sent.length;
    const second = boot(world, { ...auto, killSwitch: true });
    await second.responder.start();
    await world.time.advance(60 * minute);
    expect(world.transport.sent).toHaveLength(attempts);
    expect(world.store.responses.at(-1)).toMatchObject({ state: 'failed', reason: 'the kill switch is on' });
  });

  it('tells of an alert that comes back, although a replay saw its first life in one batch', async () => {
    const world = createWorld();
    const first = boot(world);
    await first.handle([findingOf()]);
    await first.handle([withdrawn]);
    // The next process replays both as one change, which is none, and counts no epoch for it.
    const second = boot(world);
    await second.handle([withdrawn], { handledSeq: 2 });
    await second.handle([findingOf({ version: 3 })]);
    await second.handle([findingOf({ state: 'withdrawn', version: 4 })]);
    expect(sent(world)).toEqual([
      'alert.raised to ops',
      'alert.withdrawn to ops',
      'alert.raised to ops',
      'alert.withdrawn to ops',
    ]);
    expect(new Set(world.transport.sent.map(({ id }) => id)).size).toBe(4);
  });

  it('stops a revocation that has not been taken when its alert is withdrawn', async () => {
    const world = createWorld();
    world.transport.answer = (id) => (id.startsWith('rsp') ? status(503) : status(200));
    const { handle } = boot(world, auto);
    await handle([findingOf()]);
    await handle([withdrawn]);
    const attempts = world.transport.sent.length;
    await world.time.advance(60 * minute);
    expect(world.transport.sent).toHaveLength(attempts);
    expect(world.store.responses.at(-1)).toMatchObject({
      state: 'failed',
      reason: 'the alert was withdrawn',
    });
  });

  it('proposes to undo a revocation whose alert is withdrawn, once, and undoes nothing itself', async () => {
    const world = createWorld();
    const { handle } = boot(world, auto);
    await handle([findingOf()]);
    await handle([withdrawn]);
    await boot(world, auto).handle([withdrawn]);
    expect(responses(world)).toEqual(['real requested 0', 'real accepted 1', 'real proposed 0']);
    expect(world.store.responses.at(-1)?.reason).toMatch(/^undo: alert alr_\w+ was withdrawn after t1/);
    expect(sent(world).filter((line) => line.startsWith('token.'))).toHaveLength(1);
  });
});
