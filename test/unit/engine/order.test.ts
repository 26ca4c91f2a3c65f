import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { detectors } from '../../../detectors/registry.ts';
import type { AdmittedEvent } from '../../../src/domain/event/index.ts';
import { Policy } from '../../../src/domain/policy.ts';
import type { EngineOutput, LogRecord } from '../../../src/domain/record.ts';
import { createEngine } from '../../../src/engine.ts';
import { events, START_MS } from './worlds.ts';

const policy = Policy.parse({
  expects: { issuers: ['https://as.example'] },
  humanRequired: ['crm:write'],
  fanOut: { childrenPerToken: 2, targetsPerChain: 1, toolsPerChain: 2, toolsPerPrincipalHour: 2 },
});

interface Picture {
  readonly chains: unknown;
  readonly hops: unknown;
  readonly actions: unknown;
  readonly findings: unknown;
}

const byKey = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

/** Everything the engine holds, as it would be stored, without the offsets (they are the order of arrival). */
function picture(output: EngineOutput): Picture {
  const plain = <T extends object>(rows: readonly T[], key: (row: T) => string): unknown =>
    rows
      .map((row) => [key(row), { ...row, version: 0, late: false }] as const)
      .sort(([a], [b]) => byKey(a, b));
  return {
    chains: plain(
      output.chains
        .filter((chain) => chain.state !== 'merged')
        .map((chain) => ({ ...chain, verdict: chain.verdict === 'late' ? 'root' : chain.verdict })),
      (chain) => chain.id,
    ),
    hops: plain(output.hops, (hop) => hop.key),
    actions: plain(output.actions, (action) => action.id),
    findings: plain(
      output.findings.filter((finding) => finding.state !== 'withdrawn'),
      (finding) => finding.id,
    ),
  };
}

/** Plays events in the given order, closes the stream and asks for everything. */
function play(
  order: readonly AdmittedEvent[],
  ticks: readonly number[] = [],
): { whole: Picture; stored: Picture } {
  const engine = createEngine({ detectors, policy });
  const rows = { chains: new Map(), hops: new Map(), actions: new Map(), findings: new Map() };
  const take = (output: EngineOutput): void => {
    for (const chain of output.chains) rows.chains.set(chain.id, chain);
    for (const hop of output.hops) rows.hops.set(hop.key, hop);
    for (const action of output.actions) rows.actions.set(action.id, action);
    for (const finding of output.findings) rows.findings.set(finding.id, finding);
  };
  order.forEach((event, index) => {
    const records: LogRecord[] = [{ kind: 'event', seq: index + 1, event }];
    const tick = ticks[index];
    if (tick !== undefined) records.push({ kind: 'watermark', seq: index + 1, watermarkMs: tick });
    take(engine.apply(records));
  });
  take(engine.apply([{ kind: 'watermark', seq: order.length + 1, watermarkMs: Number.POSITIVE_INFINITY }]));
  const whole = engine.apply([{ kind: 'policy', seq: order.length + 2, policy }]);
  const stored = picture({
    chains: [...rows.chains.values()],
    hops: [...rows.hops.values()],
    actions: [...rows.actions.values()],
    findings: [...rows.findings.values()],
  });
  return { whole: picture(whole), stored };
}

/** A counterexample that a person can read. */
const told = (list: readonly AdmittedEvent[]): string =>
  list
    .map(
      (event) =>
        `${event.id} +${(event.timeMs - START_MS) / 1000}s ${JSON.stringify(event.data)}${event.origin.issuerBound ? '' : ' unbound'}`,
    )
    .join('\n');

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
      { numRuns: Number(process.env['ORDER_RUNS'] ?? 500) },
    );
  }, 60_000);

  it('reports as it goes exactly what it holds in the end', () => {
    fc.assert(
      fc.property(events, (list) => {
        const { whole, stored } = play(list);
        expect(stored.chains, told(list)).toEqual(whole.chains);
        expect(stored.findings, told(list)).toEqual(whole.findings);
      }),
      { numRuns: Number(process.env['ORDER_RUNS'] ?? 200) },
    );
  }, 60_000);
});
