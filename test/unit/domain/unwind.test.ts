import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AlertWithLife } from '../../../src/domain/alert.ts';
import { CLOCK_SKEW_MS } from '../../../src/domain/limits.ts';
import { defaultPolicy } from '../../../src/domain/policy.ts';
import { type UnwindInput, unwind } from '../../../src/domain/unwind.ts';
import { aHop, anAction, anAlert, noon } from '../../integration/store/rows.ts';

// r ─ a ─ b
//   └ c
const hops = [
  aHop({ key: 'r', parentKey: undefined, depth: 0, issuedMs: noon - 1_000_000 }),
  aHop({ key: 'a', parentKey: 'r', depth: 1, issuedMs: noon }),
  aHop({ key: 'b', parentKey: 'a', depth: 2, issuedMs: noon }),
  aHop({ key: 'c', parentKey: 'r', depth: 1, issuedMs: noon }),
];

const standing = (id: string, hop: string, over: Partial<AlertWithLife> = {}): AlertWithLife => ({
  ...anAlert({ id, hop, firstAtMs: noon, settled: true, kind: 'alert' }),
  state: 'open',
  assignee: '',
  closedReason: '',
  stateChangedMs: undefined,
  ...over,
});

const write = (id: string, hopKey: string, over: object = {}) =>
  anAction({ id, hopKey, atMs: noon + 1, effect: 'write', outcome: 'accepted', ...over });

const of = (over: Partial<UnwindInput>): UnwindInput => ({
  hops,
  actions: [write('r', 'r'), write('a', 'a'), write('b', 'b'), write('c', 'c')],
  alerts: [],
  policy: defaultPolicy,
  from: undefined,
  ...over,
});

const ids = (over: Partial<UnwindInput>) => unwind(of(over)).writes.map(({ action }) => action.id);

describe('unwinding', () => {
  it('takes what is at or below each hop that an alert stands at', () => {
    expect(ids({ alerts: [standing('x', 'a')] }).sort()).toEqual(['a', 'b']);
    expect(ids({ alerts: [standing('x', 'b'), standing('y', 'c')] }).sort()).toEqual(['b', 'c']);
    expect(ids({ alerts: [standing('x', 'r')] })).toHaveLength(4);
    expect(ids({})).toEqual([]);
  });

  it('knows no hop of an alert about the whole chain, and doubts all of it', () => {
    const { breaks, writes } = unwind(of({ alerts: [standing('x', 'elsewhere')] }));
    expect(breaks).toEqual([{ hop: undefined, sinceMs: noon, alertId: 'x' }]);
    expect(writes).toHaveLength(4);
  });

  it('asks neither signals, nor what is provisional, withdrawn or merged', () => {
    const none: Partial<AlertWithLife>[] = [
      { kind: 'signal' },
      { settled: false },
      { state: 'withdrawn' },
      { state: 'merged' },
    ];
    for (const over of none) expect(ids({ alerts: [standing('x', 'r', over)] })).toEqual([]);
    expect(ids({ alerts: [standing('x', 'r', { state: 'closed' })] })).toHaveLength(4);
  });

  it('begins where authority broke, as far as clocks agree', () => {
    const at = (id: string, atMs: number) => write(id, 'a', { atMs });
    const actions = [
      at('late', noon + 5),
      at('skewed', noon - CLOCK_SKEW_MS),
      at('early', noon - CLOCK_SKEW_MS - 1),
    ];
    expect(ids({ actions, alerts: [standing('x', 'a')] })).toEqual(['late', 'skewed']);
    expect(ids({ actions, from: 'r' })).toEqual(['late', 'skewed', 'early']);
    expect(ids({ actions, from: 'a' })).toEqual(['late', 'skewed']);
    expect(ids({ actions, from: 'nowhere' })).toEqual([]);
  });

  it('leaves out what was denied or only read, and asks policy where nobody said', () => {
    const actions = [
      write('denied', 'a', { outcome: 'denied' }),
      write('failed', 'a', { outcome: 'failed' }),
      write('read', 'a', { effect: 'read' }),
      write('named', 'a', { kind: 'tool', effect: 'unknown', action: 'drop_table', tool: 'drop_table' }),
      write('ruled', 'a', { kind: 'tool', effect: 'unknown', action: 'zap', tool: 'zap' }),
      write('unknown', 'a', { kind: 'tool', effect: 'unknown', action: 'zop', tool: 'zop' }),
    ];
    const policy = { ...defaultPolicy, effects: [{ action: 'tool:zap', effect: 'admin' as const }] };
    const { writes } = unwind(of({ actions, policy, alerts: [standing('x', 'a')] }));
    expect(writes.map(({ action, effect }) => `${action.id} ${effect}`).sort()).toEqual([
      'failed write',
      'named delete',
      'ruled admin',
    ]);
  });

  it('names the alerts of a write, the nearest hop first, also when a hop is asked for', () => {
    const alerts = [standing('far', 'r'), standing('near', 'b'), standing('aside', 'c')];
    const [one] = unwind(of({ actions: [write('w', 'b')], alerts })).writes;
    expect(one?.alertIds).toEqual(['near', 'far']);
    const [other] = unwind(of({ actions: [write('w', 'a')], alerts, from: 'a' })).writes;
    expect(other?.alertIds).toEqual(['far']);
  });

  it('is the same for every order of what is known, newest first, and survives a circle', () => {
    const circle = hops.map((hop) => (hop.key === 'r' ? { ...hop, parentKey: 'b' } : hop));
    const times = fc.array(fc.record({ hop: fc.constantFrom('r', 'a', 'b', 'c', 'z'), at: fc.nat(5) }), {
      maxLength: 8,
    });
    fc.assert(
      fc.property(times, fc.boolean(), fc.gen(), (list, isRound, random) => {
        const actions = list.map(({ hop, at }, i) => write(`w${i}`, hop, { atMs: noon + at }));
        const alerts = [standing('x', 'a'), standing('y', 'c', { firstAtMs: noon + 2 })];
        const base = { hops: isRound ? circle : hops, actions, alerts };
        const { writes } = unwind(of(base));
        const shuffled = actions.toSorted(() => random(fc.integer, { min: -1, max: 1 }));
        expect(unwind(of({ ...base, actions: shuffled, alerts: alerts.toReversed() })).writes).toEqual(
          writes,
        );
        const ms = writes.map(({ action }) => action.atMs);
        expect(ms).toEqual(ms.toSorted((a, b) => b - a));
      }),
    );
  });
});
