import { describe, expect, it } from 'vitest';
import type { Alert } from '../../../src/domain/alert.ts';
import {
  compareAlerts,
  countingDifferences,
  type DiffScope,
  renderDiff,
} from '../../../src/evaluate/index.ts';

const scope: DiffScope = {
  fromMs: 1_000,
  toMs: 2_000,
  handledSeq: 100,
  begunSeq: 120,
  versions: new Map([['scope-creep', 2]]),
};

const alert = (id: string, members: Partial<Alert> = {}): Alert => ({
  tenant: 'default',
  id,
  version: 50,
  kind: 'alert',
  detector: 'scope-creep',
  detectorVersion: 2,
  basis: 'deterministic',
  severity: 'high',
  subject: { kind: 'token', key: id, label: id },
  title: 'It happened',
  facts: ['hop-drift'],
  chainId: undefined,
  txn: undefined,
  settled: true,
  withdrawn: false,
  firstAtMs: 1_500,
  lastAtMs: 1_500,
  count: 1,
  initiator: undefined,
  approver: undefined,
  owner: undefined,
  actor: undefined,
  target: undefined,
  environment: undefined,
  outcome: undefined,
  incidentId: undefined,
  hop: 'tok:x',
  above: [],
  writesSince: 0,
  liveUntilMs: undefined,
  weakestLink: undefined,
  revocable: false,
  revoke: undefined,
  evidence: {},
  eventIds: [],
  nextStep: 'Look.',
  runbook: 'detectors/scope-creep/README.md',
  ...members,
});

function compare(live: readonly Alert[], replayed: readonly Alert[], within: Partial<DiffScope> = {}) {
  const byId = (alerts: readonly Alert[]) => new Map(alerts.map((one) => [one.id, one]));
  return compareAlerts(byId(live), byId(replayed), { ...scope, ...within });
}
const kinds = (diff: ReturnType<typeof compare>): string[] =>
  diff.differences.map((one) => `${one.alert.id} ${one.diff} ${one.counts}`);

describe('a comparison', () => {
  it('tells missing, new and changed apart, and both sides of what changed', () => {
    const live = [alert('a'), alert('b'), alert('d')];
    const replayed = [
      alert('b', { severity: 'low', facts: ['root-drift'], kind: 'signal', settled: false }),
      alert('c'),
      alert('d', { title: 'Told otherwise', count: 9, evidence: { more: 1 } }),
    ];
    const diff = compare(live, replayed);
    expect(kinds(diff)).toEqual(['a missing true', 'b changed true', 'c new true']);
    expect(diff.differences[1]?.changes).toEqual({
      severity: { live: 'high', replay: 'low' },
      kind: { live: 'alert', replay: 'signal' },
      facts: { live: ['hop-drift'], replay: ['root-drift'] },
      settled: { live: true, replay: false },
    });
    expect(diff.tallies).toEqual([
      { detector: 'scope-creep', counts: true, live: 3, replay: 3, equal: 1, missing: 1, new: 1, changed: 1 },
    ]);
    expect(countingDifferences(diff)).toBe(3);
  });

  it('counts neither signals nor statistical ones, and shows them', () => {
    const signal = { kind: 'signal' as const };
    const diff = compare(
      [alert('a', signal), alert('b', { basis: 'statistical' }), alert('c')],
      [alert('c'), alert('d', signal), alert('e', { detector: 'gone' })],
    );
    expect(kinds(diff)).toEqual(['a missing false', 'b missing false', 'd new false', 'e new true']);
    expect(diff.tallies.map(({ detector, counts }) => [detector, counts])).toEqual([
      ['gone', true],
      ['scope-creep', true],
      ['scope-creep', false],
    ]);
    const text = renderDiff(diff);
    expect(text).toMatch(/^scope-creep \(does not count\) +2 +1 +0 +2 +1 +0$/m);
    expect(text).toContain('1 difference among settled deterministic alerts. 3 among signals');
    expect(kinds(compare([alert('a', { settled: false })], [alert('a', signal)]))).toEqual([
      'a changed false',
    ]);
    // A signal that pages in the replay, or the other way round, does count.
    expect(kinds(compare([alert('a', signal)], [alert('a')]))).toEqual(['a changed true']);
  });

  it('takes what was withdrawn as never said', () => {
    const withdrawn = { withdrawn: true };
    expect(kinds(compare([alert('a', withdrawn)], []))).toEqual([]);
    expect(kinds(compare([], [alert('a', withdrawn)]))).toEqual([]);
    expect(kinds(compare([alert('a', withdrawn)], [alert('a')]))).toEqual(['a new true']);
    expect(kinds(compare([alert('a')], [alert('a', withdrawn)]))).toEqual(['a missing true']);
  });

  it('leaves out what is provisional on both sides, or said provisionally by one alone', () => {
    const open = { settled: false };
    const both = compare([alert('a', open)], [alert('a', { ...open, severity: 'low' })]);
    expect([kinds(both), both.provisional]).toEqual([[], 1]);
    const one = compare([alert('a', open)], [alert('b', open)]);
    expect([kinds(one), one.provisional]).toEqual([[], 2]);
    expect(kinds(compare([alert('a', open)], [alert('a')]))).toEqual(['a changed true']);
  });

  it('gives every alert to one of two ranges that meet', () => {
    const at = (id: string, firstAtMs: number) => alert(id, { firstAtMs });
    const all = [at('a', 999), at('b', 1_000), at('c', 1_999), at('d', 2_000)];
    expect(kinds(compare(all, []))).toEqual(['b missing true', 'c missing true']);
    expect(kinds(compare(all, [], { fromMs: 2_000, toMs: 3_000 }))).toEqual(['d missing true']);
    // Its time itself may differ: either side in the range is enough.
    expect(kinds(compare([at('a', 1_500)], [alert('a', { firstAtMs: 500, severity: 'low' })]))).toEqual([
      'a changed true',
    ]);
  });

  it('excuses what the service had not finished, and no version that it cannot have written', () => {
    const later = (version: number) => alert('a', { version, severity: 'low' });
    const unsaid = compare([], [later(101)]);
    expect([kinds(unsaid), unsaid.pending]).toEqual([[], 1]);
    const half = compare([later(120)], [alert('a', { version: 100 })]);
    expect([kinds(half), half.pending]).toEqual([[], 1]);
    expect(kinds(compare([later(121)], [alert('a', { version: 100 })]))).toEqual(['a changed true']);
    expect(kinds(compare([], [later(100)]))).toEqual(['a new true']);
  });

  it('marks alerts that another version of the detector said', () => {
    const older = { detectorVersion: 1 };
    const marks = (live: readonly Alert[], replayed: readonly Alert[]) =>
      compare(live, replayed).differences.map(({ detectorVersion }) => detectorVersion);
    expect(marks([alert('a', older)], [alert('a', { severity: 'low' })])).toEqual([{ live: 1, replay: 2 }]);
    expect(marks([alert('a', older)], [])).toEqual([{ live: 1, replay: 2 }]);
    expect(marks([alert('a', { detector: 'gone' })], [])).toEqual([{ live: 2, replay: null }]);
    expect(marks([alert('a')], [alert('a', { severity: 'low' }), alert('b')])).toEqual([
      undefined,
      undefined,
    ]);
    // The same said by another version is no difference.
    expect(kinds(compare([alert('a', older)], [alert('a')]))).toEqual([]);
  });

  it('orders by time, then id', () => {
    const diff = compare([], [alert('c'), alert('b'), alert('z', { firstAtMs: 1_001 })]);
    expect(diff.differences.map(({ alert: { id } }) => id)).toEqual(['z', 'b', 'c']);
  });

  it('says so when there is nothing to say', () => {
    expect(renderDiff(compare([], []))).toBe('No difference among settled deterministic alerts.\n');
  });
});
