import { describe, expect, it } from 'vitest';
import type { AlertAction, AlertState, AlertWithLife } from '../../../../src/domain/alert.ts';
import type { Incident } from '../../../../src/domain/incident.ts';
import type { OutboxEntry } from '../../../../src/domain/response.ts';
import { createClosings } from '../../../../src/respond/notify/closings.ts';
import type { Subscription } from '../../../../src/respond/types.ts';
import { anAlert, anAlertAction } from '../../../integration/store/rows.ts';
import { entryOf, incidentOf } from '../../../support/notices.ts';
import { createTime, endpointOf, silent, startMs } from '../support.ts';

const tenant = 'acme';
const ops = endpointOf('ops', { events: ['incident.*'] });

/** Two alerts of one incident that `ops` was told of. */
function createWorld(subscriptions: readonly Subscription[] = [ops]) {
  const time = createTime();
  const states = new Map<string, AlertState>([
    ['alr_1', 'open'],
    ['alr_2', 'open'],
  ]);
  const actions: AlertAction[] = [];
  const outbox = new Map<string, OutboxEntry>();
  const world = { incident: incidentOf(), down: false, position: 0 };
  const live = (id: string): AlertWithLife => ({
    ...anAlert({ tenant, id, incidentId: 'inc_1' }),
    state: states.get(id) ?? 'open',
    assignee: '',
    closedReason: '',
    stateChangedMs: undefined,
  });
  const tell = (entry: OutboxEntry) => {
    if (!outbox.has(entry.id)) outbox.set(entry.id, entry);
  };
  const closings = () =>
    createClosings({
      store: {
        alert: async (_, id) => (states.has(id) ? live(id) : undefined),
        alerts: async () => ({ items: [...states.keys()].map(live), next: undefined }),
        incident: async (_, id) => (id === 'inc_1' ? world.incident : undefined),
        closingsSince: async (sinceMs, limit) =>
          actions.filter(({ atMs }) => atMs >= sinceMs).slice(0, limit),
        findOutbox: async (_, ids) => ids.flatMap((id) => outbox.get(id) ?? []),
        readPosition: async () => world.position,
        writePosition: async (_, seq) => {
          world.position = seq;
        },
      },
      subscriptions,
      enqueue: async (entries) => {
        if (world.down) throw new Error('the store is down');
        entries.forEach(tell);
      },
      body: ({ type, epoch, by, reason }) => JSON.stringify({ type, epoch, by, reason }),
      clock: time.clock,
      timer: time.timer,
      log: silent,
    });
  const raise = (endpoint: string, epoch = 1, word: 'raised' | 'withdrawn' = 'raised') =>
    tell(entryOf({ type: `incident.${word}`, epoch, about: world.incident }, endpoint));
  raise('ops');
  let made = 0;
  return {
    world,
    time,
    raise,
    closings,
    async act(verb: 'close' | 'reopen', id: string) {
      await time.advance(1_000);
      made += 1;
      const state = verb === 'close' ? 'closed' : 'open';
      states.set(id, state);
      const row = {
        tenant,
        alertId: id,
        id: `aac_${made}`,
        verb,
        state,
        atMs: time.clock(),
        by: 'ann',
        reason: 'done',
      } as const;
      actions.push(anAlertAction(row));
    },
    said: () => [...outbox.values()].filter(({ type }) => type === 'incident.closed'),
  };
}

describe('closing an incident', () => {
  it('is told once the last of its alerts is closed, in its order, by whom and why', async () => {
    const { act, closings, said } = createWorld();
    const one = closings();
    await one.look();
    await act('close', 'alr_1');
    await one.look();
    expect(said()).toEqual([]);
    await act('close', 'alr_2');
    await one.look();
    await one.look();
    expect(said()).toMatchObject([{ endpoint: 'ops', orderKey: 'inc_1', state: 'pending', responseId: '' }]);
    expect(JSON.parse(said()[0]?.body ?? '')).toEqual({
      type: 'incident.closed',
      epoch: 1,
      by: 'ann',
      reason: 'done',
    });
  });

  it('is told again when it was opened and closed again', async () => {
    const { act, closings, said } = createWorld();
    const one = closings();
    for (const id of ['alr_1', 'alr_2']) await act('close', id);
    await one.look();
    await act('reopen', 'alr_1');
    await one.look();
    expect(said()).toHaveLength(1);
    await act('close', 'alr_1');
    await one.look();
    expect(said()).toHaveLength(2);
  });

  it('is made good by the next process when this one ends in between, and said once', async () => {
    const { act, closings, said, world, time } = createWorld();
    const first = closings();
    await first.look();
    for (const id of ['alr_1', 'alr_2']) await act('close', id);
    world.down = true;
    await first.look();
    await first.stop();
    world.down = false;
    await closings().look();
    await closings().look();
    expect(said()).toHaveLength(1);
    await time.advance(600_000);
    expect(said()).toHaveLength(1);
  });

  it('is tried again by itself', async () => {
    const { act, closings, said, world, time } = createWorld();
    for (const id of ['alr_1', 'alr_2']) await act('close', id);
    world.down = true;
    await closings().look();
    world.down = false;
    expect(said()).toEqual([]);
    await time.advance(60_000);
    expect(said()).toHaveLength(1);
  });

  it('is told only where the beginning was heard, and what it is called', async () => {
    const all = endpointOf('all', { events: ['incident.*'] });
    const { act, closings, said, raise } = createWorld([
      ops,
      all,
      endpointOf('off', { events: ['incident.*'], disabled: true }),
      endpointOf('begins', { events: ['incident.raised'] }),
    ]);
    for (const name of ['off', 'begins']) raise(name);
    for (const id of ['alr_1', 'alr_2']) await act('close', id);
    await closings().look();
    expect(said().map(({ endpoint }) => endpoint)).toEqual(['ops']);
  });

  it('is not told of what is over anyway, or of an epoch that is', async () => {
    for (const state of ['withdrawn', 'merged'] as const) {
      const { act, closings, said, world } = createWorld();
      world.incident = { ...world.incident, state } satisfies Incident;
      for (const id of ['alr_1', 'alr_2']) await act('close', id);
      await closings().look();
      expect(said()).toEqual([]);
    }
    const { act, closings, said, raise } = createWorld();
    raise('ops', 1, 'withdrawn');
    for (const id of ['alr_1', 'alr_2']) await act('close', id);
    await closings().look();
    expect(said()).toEqual([]);
    raise('ops', 2);
    await closings().look();
    expect(JSON.parse(said()[0]?.body ?? '')).toMatchObject({ epoch: 2 });
  });

  it('was promised from the first look on: what is older is left alone', async () => {
    const { act, closings, said, time } = createWorld();
    for (const id of ['alr_1', 'alr_2']) await act('close', id);
    await time.advance(3_600_000);
    expect(time.clock()).toBeGreaterThan(startMs);
    await closings().look();
    expect(said()).toEqual([]);
  });
});
