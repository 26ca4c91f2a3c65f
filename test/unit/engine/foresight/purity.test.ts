import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { detectors as catalogue } from '../../../../detectors/registry.ts';
import type { AdmittedEvent } from '../../../../src/domain/event/index.ts';
import type { Engine, EngineOutput, LogRecord } from '../../../../src/domain/record.ts';
import type { StepData, StepQuestion } from '../../../../src/domain/step.ts';
import { createEngine } from '../../../../src/engine.ts';
import { createRecallMemory } from '../../../support/recall-store.ts';
import { policy, told } from '../picture.ts';
import { createProbe } from '../probe.ts';
import { events, START_MS } from '../worlds.ts';

const detectors = [...catalogue, createProbe('everything')];

interface Played {
  readonly outputs: readonly EngineOutput[];
  readonly state: unknown;
  readonly waiting: boolean;
  readonly stats: unknown;
}

type Ask = (engine: Engine) => void;

/** Next to no memory, so that chains leave and come back; every few records time moves, so that findings settle. */
function play(order: readonly AdmittedEvent[], ask: Ask): Played {
  const memory = createRecallMemory();
  const lean = { liveChainsMax: 3, liveEventsMax: 8, recallable: true };
  const engine = createEngine({ detectors, policy, ...lean });
  const outputs: EngineOutput[] = [];
  const apply = (records: readonly LogRecord[]): void => {
    outputs.push(memory.run(asking(engine, ask), records));
    ask(engine);
  };
  order.forEach((event, index) => {
    const records: LogRecord[] = [{ kind: 'event', seq: index + 1, event }];
    if (index % 5 === 4)
      records.push({ kind: 'watermark', seq: index + 1, watermarkMs: event.timeMs - 60_000 });
    apply(records);
  });
  apply([{ kind: 'watermark', seq: order.length + 1, watermarkMs: Number.POSITIVE_INFINITY }]);
  apply([{ kind: 'policy', seq: order.length + 2, policy }]);
  return { outputs, state: engine.takeState(order.length + 2), waiting: engine.waiting, stats: engine.stats };
}

/** Also while the store is being asked, when half of a chain may be back. */
function asking(engine: Engine, ask: Ask): Engine {
  return new Proxy(engine, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if ((name !== 'missing' && name !== 'recall') || typeof member !== 'function') return member;
      return (...args: unknown[]): unknown => {
        const answer: unknown = Reflect.apply(member, target, args);
        ask(engine);
        return answer;
      };
    },
  });
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
      { numRuns: Number(process.env['ORDER_RUNS'] ?? 20) },
    );
    // Otherwise nobody was asked anything.
    expect(objections).toBeGreaterThan(100);
  }, 60_000);

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
