import { describe, expect, it } from 'vitest';
import { createAlertBook, noticeBody } from '../../../src/alert/index.ts';
import type { LiveFinding } from '../../../src/domain/finding.ts';
import { incidentId } from '../../../src/domain/incident.ts';
import { createResponder } from '../../../src/respond/responder.ts';
import type { Subscription } from '../../../src/respond/types.ts';
import { findingOf } from '../alert/findings.ts';
import {
  acting,
  createMemoryResponses,
  createScripted,
  createTime,
  endpointOf,
  revoking,
  silent,
} from './support.ts';

function createWorld() {
  const time = createTime();
  return { time, store: createMemoryResponses(), transport: createScripted(time.clock) };
}
type World = ReturnType<typeof createWorld>;

const ops = endpointOf('ops', { events: ['incident.*'] });

/** One process: an empty book, a new responder, the world's store. */
function boot({ time, store, transport }: World, endpoints: readonly Subscription[] = [ops]) {
  const book = createAlertBook();
  const responder = createResponder({
    store,
    channels: transport.channels(endpoints),
    ...revoking(transport),
    subscriptions: endpoints,
    config: acting({ dryRun: true }),
    clock: time.clock,
    timer: time.timer,
    random: () => 0,
    log: silent,
    body: noticeBody,
  });
  return {
    handle: async (findings: readonly LiveFinding[], handledSeq = -1) => {
      await responder.handle(book.apply(findings), { handledSeq });
      await time.advance(0);
    },
    remember: (findings: readonly LiveFinding[]) => book.remember(findings),
  };
}

function sent({ transport }: World): string[] {
  return transport.sent.map(({ endpoint, body }) => {
    const { type, data } = JSON.parse(body);
    const name = ['parent', 'child'].find((key) => incidentId('acme', key) === data.incidentId);
    return `${type} ${name} to ${endpoint}`;
  });
}

function at(key: string, over: Partial<LiveFinding> = {}): LiveFinding {
  const above = key === 'child' ? ['parent'] : [];
  return findingOf({ subject: { kind: 'token', key, label: key }, hop: key, above, ...over });
}

const parent = at('parent', { version: 2 });
const child = at('child');
const withdrawn = at('parent', { state: 'withdrawn', version: 3 });

describe('people', () => {
  it('are paged once for a cause and all its consequences', async () => {
    const world = createWorld();
    const process = boot(world);
    await process.handle([parent]);
    await process.handle([child, at('child', { detector: 'reuse-after-expiry' })]);
    expect(sent(world)).toEqual(['incident.raised parent to ops']);
    expect(JSON.parse(world.transport.sent[0]?.body ?? '').data).toMatchObject({
      incidentId: incidentId('acme', 'parent'),
      severity: 'high',
      state: 'open',
      alertCount: 1,
      alerts: [{ role: 'cause', detector: 'scope-creep' }],
      response: { mode: 'dry_run' },
    });
  });

  it('are told by which incident one goes on when its cause is found late, and not paged again', async () => {
    const world = createWorld();
    const process = boot(world);
    await process.handle([child]);
    await process.handle([parent]);
    expect(sent(world)).toEqual(['incident.raised child to ops', 'incident.merged child to ops']);
    expect(JSON.parse(world.transport.sent[1]?.body ?? '').data).toMatchObject({
      state: 'merged',
      mergedInto: incidentId('acme', 'parent'),
    });
    await process.handle([at('parent', { severity: 'critical', version: 3 })]);
    expect(sent(world).slice(2)).toEqual(['incident.escalated parent to ops']);
  });

  it('are told what still stands when the cause is cleared', async () => {
    const world = createWorld();
    const process = boot(world);
    await process.handle([parent, child]);
    await process.handle([withdrawn]);
    expect(sent(world).sort()).toEqual([
      'incident.raised child to ops',
      'incident.raised parent to ops',
      'incident.withdrawn parent to ops',
    ]);
  });

  it('that heard of neither are paged for the cause alone', async () => {
    const world = createWorld();
    const late = endpointOf('late', { events: ['incident.*'] });
    await boot(world).handle([child]);
    const process = boot(world, [ops, late]);
    process.remember([child]);
    await process.handle([parent]);
    expect(sent(world).sort()).toEqual([
      'incident.merged child to ops',
      'incident.raised child to ops',
      'incident.raised parent to late',
    ]);
  });

  it('that do not want to hear of merges are not paged for the cause either', async () => {
    const world = createWorld();
    const terse = endpointOf('terse', { events: ['incident.raised', 'incident.withdrawn'] });
    const process = boot(world, [terse]);
    await process.handle([child]);
    await process.handle([parent]);
    expect(sent(world)).toEqual(['incident.raised child to terse']);
    await process.handle([withdrawn]);
    expect(sent(world).slice(1).sort()).toEqual([
      'incident.raised child to terse',
      'incident.withdrawn parent to terse',
    ]);
  });

  it('are told everything once, wherever a process stops and in whatever batches the next one replays', async () => {
    const history = [
      at('child', { version: 1 }),
      at('parent', { version: 2 }),
      at('child', { fact: 'use', severity: 'critical', version: 3 }),
      at('parent', { state: 'withdrawn', version: 4 }),
      at('parent', { version: 5 }),
    ];
    const expected = [
      'incident.raised child to ops',
      'incident.merged child to ops',
      'incident.escalated parent to ops',
      'incident.raised child to ops',
      'incident.withdrawn parent to ops',
      'incident.merged child to ops',
    ].sort();
    for (let handledSeq = 0; handledSeq < history.length; handledSeq += 1) {
      for (const size of [1, 2, 5]) {
        const world = createWorld();
        const first = boot(world);
        // The last batch is told, but the place in the log is not marked: the next process tells it again.
        for (const finding of history.slice(0, handledSeq + 1)) await first.handle([finding]);
        const second = boot(world);
        for (let start = 0; start < handledSeq; start += size) {
          await second.handle(history.slice(start, Math.min(start + size, handledSeq)), handledSeq);
        }
        for (const finding of history.slice(handledSeq)) await second.handle([finding], handledSeq);
        expect(sent(world).sort(), `stopped after ${handledSeq}, batches of ${size}`).toEqual(expected);
        const ids = world.transport.sent.map(({ id }) => id);
        expect(new Set(ids).size).toBe(ids.length);
      }
    }
  });

  it('are told everything once, although the store fails between any two writes', async () => {
    for (let fails = 0; fails < 6; fails += 1) {
      const world = createWorld();
      const { writeOutbox } = world.store;
      let writes = 0;
      world.store.writeOutbox = (entries) => {
        writes += 1;
        return writes === fails ? Promise.reject(new Error('killed')) : writeOutbox(entries);
      };
      const known: LiveFinding[] = [];
      for (const batch of [[child], [parent], [withdrawn]]) {
        const process = boot(world);
        process.remember(known);
        const killed = await process.handle(batch).then(
          () => false,
          () => true,
        );
        if (killed) {
          const again = boot(world);
          again.remember(known);
          await again.handle(batch);
        }
        known.push(...batch);
      }
      await world.time.advance(1);
      expect(new Set(sent(world)), `fails at ${fails}`).toEqual(
        new Set([
          'incident.raised child to ops',
          'incident.merged child to ops',
          'incident.withdrawn parent to ops',
        ]),
      );
    }
  });
});

describe('a message', () => {
  const owned = at('parent', { version: 2, owner: 'team:payments', tenant: 'acme' });
  const told = async (over: Partial<Subscription>, findings = [owned]) => {
    const world = createWorld();
    await boot(world, [endpointOf('ops', { events: ['incident.*'], ...over })]).handle(findings);
    return sent(world);
  };

  it('goes to whoever is there for its detector, tenant and owner', async () => {
    const raised = ['incident.raised parent to ops'];
    expect(await told({ detectors: ['scope-*'], tenants: ['acme'], owners: ['team:*'] })).toEqual(raised);
    expect(await told({ detectors: ['reuse-*'] })).toEqual([]);
    expect(await told({ tenants: ['globex'] })).toEqual([]);
    expect(await told({ owners: ['team:mail'] })).toEqual([]);
    expect(await told({ owners: ['*'] }, [at('parent', { owner: undefined })])).toEqual(raised);
    expect(await told({ owners: ['team:*'] }, [at('parent', { owner: undefined })])).toEqual([]);
  });

  it('says the end to whoever heard the beginning, whatever the route is by then', async () => {
    const world = createWorld();
    const route = endpointOf('ops', { events: ['incident.*'], owners: ['team:payments'] });
    const process = boot(world, [route]);
    await process.handle([owned]);
    await process.handle([at('parent', { state: 'withdrawn', version: 3, owner: 'team:mail' })]);
    expect(sent(world)).toEqual(['incident.raised parent to ops', 'incident.withdrawn parent to ops']);
  });
});
