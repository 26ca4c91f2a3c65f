import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { detectors as catalogue } from '../../../detectors/registry.ts';
import type { AdmittedEvent } from '../../../src/domain/event/index.ts';
import type { LogRecord } from '../../../src/domain/record.ts';
import { createEngine } from '../../../src/engine.ts';
import { createRows, type Picture, picture, policy, told } from './picture.ts';
import { createProbe } from './probe.ts';
import { approvalTakenBack, events } from './worlds.ts';

const detectors = [...catalogue, createProbe('everything')];

/** Plays events in the given order, closes the stream and asks for everything. */
function play(
  order: readonly AdmittedEvent[],
  ticks: readonly number[] = [],
): { whole: Picture; stored: Picture } {
  const engine = createEngine({ detectors, policy });
  const rows = createRows();
  order.forEach((event, index) => {
    const records: LogRecord[] = [{ kind: 'event', seq: index + 1, event }];
    const tick = ticks[index];
    if (tick !== undefined) records.push({ kind: 'watermark', seq: index + 1, watermarkMs: tick });
    rows.take(engine.apply(records));
  });
  rows.take(
    engine.apply([{ kind: 'watermark', seq: order.length + 1, watermarkMs: Number.POSITIVE_INFINITY }]),
  );
  const whole = engine.apply([{ kind: 'policy', seq: order.length + 2, policy }]);
  return { whole: picture(whole), stored: rows.picture() };
}

const lasting = ({ findings }: Picture): unknown =>
  (findings as readonly unknown[]).filter((row) => !JSON.stringify(row).includes('"kind":"principal"'));

const shuffled = events.chain((list) =>
  fc.tuple(
    fc.constant(list),
    fc.shuffledSubarray([...list, ...list], { minLength: list.length * 2, maxLength: list.length * 2 }),
  ),
);

describe('the order of arrival', () => {
  it('leaves no trace in chains, hops, actions and findings, whatever comes twice or contradicts', () => {
    fc.assert(
      fc.property(shuffled, ([list, other]) => {
        expect(play(other).whole, `${told(list)}\n---\n${told(other)}`).toEqual(play(list).whole);
      }),
      { numRuns: Number(process.env['ORDER_RUNS'] ?? 400) },
    );
  }, 60_000);

  it('reports as it goes exactly what it holds in the end', () => {
    fc.assert(
      fc.property(events, (list) => {
        const { whole, stored } = play(list);
        expect(stored.chains, told(list)).toEqual(whole.chains);
        expect(stored.actions, told(list)).toEqual(whole.actions);
        // Hours that are over leave memory when the stream closes: what was found of them is not found again.
        expect(lasting(stored), told(list)).toEqual(lasting(whole));
      }),
      { numRuns: Number(process.env['ORDER_RUNS'] ?? 200), examples: [[[...approvalTakenBack]]] },
    );
  }, 60_000);
});
