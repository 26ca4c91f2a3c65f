import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { detectors as catalogue } from '../../../../detectors/registry.ts';
import type { AdmittedEvent, EventData } from '../../../../src/domain/event/index.ts';
import type { Engine, EngineOutput, LogRecord } from '../../../../src/domain/record.ts';
import type { StepData, StepQuestion } from '../../../../src/domain/step.ts';
import { createEngine } from '../../../../src/engine.ts';
import { createRecallMemory } from '../../../support/recall-store.ts';
import { policy, told } from '../picture.ts';
import { createProbe } from '../probe.ts';
import { admitted, events, START_MS } from '../worlds.ts';

const detectors = [...catalogue, createProbe('everything')];

interface Played {
  readonly outputs: readonly EngineOutput[];
  readonly state: unknown;
  readonly waiting: boolean;
  readonly stats: unknown;
}

type Ask = (engine: Engine) => void;

/** Next to no memory, so that chains leave and come back; every few records time moves, so that findings settle. */
function play(order: readonly AdmittedEvent[], ask: Ask, batchSize = 1): Played {
  const memory = createRecallMemory();
  const lean = { liveChainsMax: 3, liveEventsMax: 8, recallable: true };
  const engine = createEngine({ detectors, policy, ...lean });
  const outputs: EngineOutput[] = [];
  const apply = (records: readonly LogRecord[]): void => {
    outputs.push(memory.run(asking(engine, ask), records));
    ask(engine);
  };
  const records = order.flatMap((event, index): LogRecord[] => {
    const seq = index + 1;
    const isTime = index % 5 === 4;
    const told: LogRecord = { kind: 'event', seq, event };
    return isTime ? [told, { kind: 'watermark', seq, watermarkMs: event.timeMs - 60_000 }] : [told];
  });
  for (let at = 0; at < records.length; at += batchSize) apply(records.slice(at, at + batchSize));
  apply([{ kind: 'watermark', seq: order.length + 1, watermarkMs: Number.POSITIVE_INFINITY }]);
  apply([{ kind: 'policy', seq: order.length + 2, policy }]);
  return { outputs, state: engine.takeState(order.length + 2), waiting: engine.waiting, stats: engine.stats };
}

/** Also while the store is being asked, when half of a chain may be back, and at every pause while it applies. */
function asking(engine: Engine, ask: Ask): Engine {
  return new Proxy(engine, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (name === 'apply') return (records: readonly LogRecord[]) => applyAsking(target, records, ask);
      if ((name !== 'missing' && name !== 'recall') || typeof member !== 'function') return member;
      return (...args: unknown[]): unknown => {
        const answer: unknown = Reflect.apply(member, target, args);
        ask(engine);
        return answer;
      };
    },
  });
}

function applyAsking(engine: Engine, records: readonly LogRecord[], ask: Ask): EngineOutput {
  const work = engine.applying(records);
  for (;;) {
    const { done, value } = work.next();
    if (done === true) return value;
    ask(engine);
  }
}

/** Steps that name what the world names, and things that it does not. */
function questions(order: readonly AdmittedEvent[]): readonly StepQuestion[] {
  const calls = order.flatMap(({ data, timeMs }): StepQuestion[] => {
    const steps: StepData[] =
      data.type === 'tool.invoked' || data.type === 'api.called'
        ? [data]
        : 'token' in data && data.token !== undefined
          ? [{ type: 'tool.invoked', v: 1, callId: 'next', actor, tool: { name: 'send' }, token: data.token }]
          : [];
    return steps.map((step) => ({ tenant: 'acme', atMs: timeMs + 1_000, data: step }));
  });
  const [first] = calls;
  const data: StepData = { type: 'api.called', v: 1, actor, action: 'write', target: { system: 'crm' } };
  const others: StepData[] = [
    { ...data, token: { iss: 'https://as.example', jti: 'unheard' } },
    { ...data, txn: 'x1', approvalId: 'a1' },
    data,
  ];
  return [
    ...calls,
    ...others.map((other) => ({ tenant: 'acme', atMs: START_MS + 1_000, data: other })),
    ...(first === undefined ? [] : [{ ...first, tenant: 'nobody' }]),
  ];
}

const actor = { id: 'p1', kind: 'agent' as const };

describe('a question about a step', () => {
  it('changes nothing that the engine says, holds or waits for, whenever it is asked', () => {
    let objections = 0;
    fc.assert(
      fc.property(events, (list) => {
        const asked = questions(list);
        const silent = play(list, () => undefined);
        const questioned = play(list, (engine) => {
          for (const question of asked) objections += engine.foresee(question).objections.length;
        });
        expect(questioned, told(list)).toEqual(silent);
      }),
      { numRuns: Number(process.env['ORDER_RUNS'] ?? 8) },
    );
    // Otherwise nobody was asked anything.
    expect(objections).toBeGreaterThan(100);
  }, 60_000);

  it('changes nothing either when few are asked, at any pauses of larger batches', () => {
    let answers = 0;
    const rhythm = fc.record({ batchSize: fc.integer({ min: 2, max: 12 }), picks: fc.array(fc.nat(40)) });
    fc.assert(
      fc.property(events, rhythm, (list, { batchSize, picks }) => {
        const asked = questions(list);
        let pauses = 0;
        const questioned = play(
          list,
          (engine) => {
            const question = asked[picks[pauses % Math.max(1, picks.length)] ?? asked.length];
            pauses += 1;
            if (question !== undefined && engine.foresee(question).known) answers += 1;
          },
          batchSize,
        );
        expect(questioned, told(list)).toEqual(play(list, () => undefined, batchSize));
      }),
      { numRuns: Number(process.env['ORDER_RUNS'] ?? 40) },
    );
    expect(answers).toBeGreaterThan(100);
  }, 60_000);

  it('is told that nothing is known of what comes back until it was judged, and then what there is', () => {
    const event = (id: string, atMs: number, data: object): AdmittedEvent =>
      admitted({ v: 1, ...data } as unknown as EventData, { id, atMs: START_MS + atMs });
    const token = { iss: 'https://as.example', jti: 'away' };
    const use = { type: 'api.called', actor, action: 'read', target: { system: 'crm' } };
    const mint = {
      ...{ type: 'token.issued', token, tokenKind: 'access_token', grant: 'x', subject: actor },
      ...{ scope: ['crm:read'], iat: START_MS / 1_000, exp: START_MS / 1_000 + 600 },
    };
    const memory = createRecallMemory();
    const engine = createEngine({ detectors, policy, liveChainsMax: 1, recallable: true });
    memory.run(engine, [{ kind: 'event', seq: 1, event: event('mint', 0, mint) }]);
    for (const seq of [2, 3]) {
      const other = { ...use, token: { ...token, jti: `other-${seq}` } };
      memory.run(engine, [
        { kind: 'event', seq, event: event(`other-${seq}`, 60_000 * seq, other) },
        { kind: 'watermark', seq, watermarkMs: START_MS + 60_000 * seq },
      ]);
    }
    const question = { tenant: 'acme', atMs: START_MS + 200_000, data: { ...use, token } as StepData };
    expect(engine.foresee(question).known).toBe(false);
    const known: boolean[] = [];
    const ask: Ask = () => known.push(engine.foresee(question).known);
    const again = event('use', 190_000, { ...use, token });
    memory.run(asking(engine, ask), [{ kind: 'event', seq: 4, event: again }]);
    const since = known.indexOf(true);
    expect(since).toBeGreaterThan(2);
    // Being changed is not coming back.
    expect(known.slice(since)).toEqual(known.slice(since).map(() => true));
    expect(known.length - since).toBeGreaterThan(2);
  });

  it('is not told that nothing is known, where something is', () => {
    let known = 0;
    fc.assert(
      fc.property(events, (list) => {
        const engine = createEngine({ detectors: catalogue, policy });
        engine.apply(list.map((event, index) => ({ kind: 'event', seq: index + 1, event })));
        for (const question of questions(list)) if (engine.foresee(question).known) known += 1;
      }),
      { numRuns: 20 },
    );
    expect(known).toBeGreaterThan(50);
  });

  it('has the same answer however often it is asked', () => {
    fc.assert(
      fc.property(events, (list) => {
        const engine = createEngine({ detectors: catalogue, policy });
        engine.apply(list.map((event, index) => ({ kind: 'event', seq: index + 1, event })));
        for (const question of questions(list))
          expect(engine.foresee(question)).toEqual(engine.foresee(question));
      }),
      { numRuns: 20 },
    );
  });
});
