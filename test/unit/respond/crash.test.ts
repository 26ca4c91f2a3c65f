import { describe, expect, it } from 'vitest';
import { createAlertBook, noticeBody } from '../../../src/alert/index.ts';
import type { AuditDraft } from '../../../src/domain/audit.ts';
import type { LiveFinding } from '../../../src/domain/finding.ts';
import { defaultPolicy as policy } from '../../../src/domain/policy.ts';
import type { OwnRecord } from '../../../src/respond/carry.ts';
import { createResponder } from '../../../src/respond/responder.ts';
import type { Attempt } from '../../../src/respond/types.ts';
import { findingOf } from '../alert/findings.ts';
import {
  acting,
  connectorOn,
  createMemoryResponses,
  createScripted,
  createTime,
  endpointOf,
  silent,
  startMs,
  status,
} from './support.ts';

/** What outlives a process: the store, the log, the audit, and the receivers with all that they took. */
function createWorld() {
  const time = createTime();
  const network = createScripted(time.clock);
  // Each message is refused once, so that a crash also meets what waits for its next attempt.
  network.answer = (_, attempt) => status(attempt === 1 ? 503 : 200);
  return {
    time,
    network,
    store: createMemoryResponses(),
    audit: new Map<string, AuditDraft>(),
    records: new Map<string, OwnRecord>(),
    /** Changes that were handled, as the pipeline marks it. */
    handled: { batches: 0 },
  };
}
type World = ReturnType<typeof createWorld>;

type When = 'before' | 'after';
interface Crash {
  /** The how-manieth thing that is done outside of the process. */
  readonly step: number;
  readonly when: When;
}

const never = new Promise<never>(() => undefined);

/** The time of a process: ended by kill -9 right before or right after a step, after which nothing of it happens. */
function createLife(crash: Crash | undefined) {
  const steps: string[] = [];
  let isOver = false;
  let end: () => void = () => undefined;
  const ended = new Promise<'killed'>((resolve) => {
    end = () => {
      isOver = true;
      resolve('killed');
    };
  });
  async function step<T>(name: string, work: () => Promise<T>): Promise<T> {
    if (isOver) return never;
    steps.push(name);
    const isLast = steps.length === crash?.step;
    if (isLast && crash.when === 'before') {
      end();
      return never;
    }
    const result = await work();
    if (isLast) end();
    return isOver ? never : result;
  }
  const during = async <T>(work: () => Promise<T>): Promise<T> => {
    const result = isOver ? never : await work();
    return isOver ? never : result;
  };
  return { steps, step, during, ended, isOver: () => isOver };
}
type Life = ReturnType<typeof createLife>;

/** A raised alert, one that gets worse, one that is withdrawn after its token was revoked. */
const other = (over: Partial<LiveFinding>) =>
  findingOf({
    subject: { kind: 'token', key: 'tok:["iss","t2"]', label: 't2' },
    hop: 'tok:["iss","t2"]',
    revoke: { iss: 'iss', jti: 't2' },
    chainId: 'chn_2',
    ...over,
  });
const story: readonly (readonly LiveFinding[])[] = [
  [findingOf({ version: 1 }), other({ version: 2 })],
  [findingOf({ fact: 'use', severity: 'critical', version: 3, atMs: startMs + 1_000 })],
  [other({ state: 'withdrawn', version: 4 })],
];

function start({ time, network, store, audit, records }: World, life: Life) {
  const { step, during } = life;
  const reads = Object.fromEntries(
    Object.entries(store)
      .filter(([, member]) => typeof member === 'function')
      .map(([name, read]) => [name, (...of: unknown[]) => during(() => read(...of))]),
  );
  const writes = (['writeResponses', 'writePlans', 'writeDecisions', 'writeOutbox'] as const).map((name) => [
    name,
    (rows: never) => step(name, () => store[name](rows)),
  ]);
  const connector = connectorOn(network, {
    declared: { confirms: 'introspection' },
    confirm: () => step('introspect', async () => 'ended' as const),
  });
  const channels = [...network.channels([endpointOf('ops')]), connector];
  const [ops, idp] = channels.map((channel) => ({
    ...channel,
    send: (entry: Parameters<typeof channel.send>[0]): Promise<Attempt> =>
      step(`send by ${channel.name}`, () => channel.send(entry)),
  }));
  return createResponder({
    store: { ...store, ...reads, ...Object.fromEntries(writes) },
    channels: ops === undefined ? [] : [ops],
    connectors: [{ ...connector, ...idp }],
    subscriptions: [endpointOf('ops', { events: ['alert.*', 'incident.*'] })],
    config: acting(),
    policy: () => policy,
    record: (record) =>
      step('record', async () => void records.set(`${record.responseId} ${record.state}`, record)),
    audit: {
      append: (drafts) =>
        step('audit', async () => {
          for (const draft of drafts) audit.set(draft.id, draft);
        }),
    },
    clock: time.clock,
    timer: (run, ms) =>
      time.timer(() => {
        if (!life.isOver()) run();
      }, ms),
    random: () => 0,
    log: silent,
    body: noticeBody,
  });
}

/** Tells the story from where the marks of an earlier process end, and lets the time pass that deliveries take. */
async function live(world: World, crash?: Crash): Promise<Life> {
  const life = createLife(crash);
  const responder = start(world, life);
  const book = createAlertBook();
  const tell = async (): Promise<void> => {
    const { handled, time } = world;
    const before = handled.batches;
    const handledSeq = Math.max(
      -1,
      ...story
        .slice(0, before)
        .flat()
        .map(({ version }) => version),
    );
    for (const batch of story.slice(0, before)) await responder.handle(book.apply(batch), { handledSeq });
    await life.during(() => responder.start());
    for (const batch of story.slice(before)) {
      await responder.handle(book.apply(batch), { handledSeq });
      await life.step('mark', async () => {
        handled.batches += 1;
      });
      await life.during(() => time.advance(10_000));
    }
    await life.during(() => time.advance(30_000));
  };
  await Promise.race([tell(), life.ended]);
  return life;
}

/** All that can be told apart afterwards. What a receiver saw twice under one id is one thing to it. */
function effects({ network, store, records, audit }: World) {
  const newest = new Map(store.responses.map((row) => [row.id, row]));
  return {
    received: [...new Set(network.sent.map(({ endpoint, id }) => `${endpoint} ${id}`))].sort(),
    messages: [...store.outbox.values()].map(({ id, type, state }) => `${type} ${state} ${id}`).sort(),
    // The id of an undo holds when what it takes back was done, which a crash may change.
    responses: [...newest.values()]
      .map(({ id, action, state, undoes }) => `${action} ${state} ${undoes ?? id}`)
      .sort(),
    records: [...records.keys()].sort(),
    audited: [...newest.values()].filter((row) =>
      [...audit.values()].some(({ subjectId, body }) => subjectId === row.id && body['state'] === row.state),
    ).length,
  };
}

describe('kill -9', () => {
  it('between any two steps of the outbox leaves one effect under one id, and loses nothing', async () => {
    const calm = createWorld();
    const { steps } = await live(calm);
    const expected = effects(calm);
    expect(expected.responses.map((text) => text.replace(/ \S+$/, '')).sort()).toEqual([
      'token.revoke confirmed',
      'token.revoke confirmed',
      'undo proposed',
    ]);
    expect(expected.messages.filter((text) => !text.includes(' delivered '))).toEqual([]);
    expect(new Set(steps)).toEqual(
      new Set([
        'audit',
        'introspect',
        'mark',
        'record',
        'send by idp',
        'send by ops',
        'writeOutbox',
        'writePlans',
        'writeResponses',
      ]),
    );
    for (let step = 1; step <= steps.length; step += 1) {
      for (const when of ['before', 'after'] as const) {
        const world = createWorld();
        expect((await live(world, { step, when })).isOver()).toBe(true);
        await live(world);
        const name = `killed ${when} step ${step}, ${steps[step - 1]}`;
        expect(effects(world), name).toEqual(expected);
        // Two attempts, and the one whose answer nobody noted.
        expect(mostSent(world), name).toBeLessThanOrEqual(3);
      }
    }
  });

  it('again, while the next process takes up what the first one left, changes nothing either', async () => {
    const calm = createWorld();
    const { steps } = await live(calm);
    for (let step = 1; step <= steps.length; step += 1) {
      const world = createWorld();
      await live(world, { step, when: 'after' });
      await live(world, { step: 1 + ((step * 5) % 11), when: step % 2 === 0 ? 'before' : 'after' });
      await live(world);
      expect(effects(world), `killed after step ${step}, and again`).toEqual(effects(calm));
      expect(mostSent(world)).toBeLessThanOrEqual(4);
    }
  });
});

function mostSent({ network }: World): number {
  const times = new Map<string, number>();
  for (const { id } of network.sent) times.set(id, (times.get(id) ?? 0) + 1);
  return Math.max(...times.values());
}
