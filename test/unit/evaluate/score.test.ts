import { describe, expect, it } from 'vitest';
import { parseLabels } from '../../../src/evaluate/labels.ts';
import { renderScore } from '../../../src/evaluate/report.ts';
import { type AlertLine, score } from '../../../src/evaluate/score.ts';
import { wilson } from '../../../src/evaluate/wilson.ts';

const alert = (txn: string | undefined, more: Partial<AlertLine> = {}): AlertLine => ({
  detector: 'scope-creep',
  kind: 'alert',
  txn,
  eventIds: [],
  ...more,
});

const label = (txn: string, attack: boolean, more: object = {}) => ({ txn, attack, ...more });

describe('the Wilson interval', () => {
  // Reference values: R's prop.test(correct = FALSE), rounded to four places.
  it.each([
    [0, 10, 0, 0.2775],
    [10, 10, 0.7225, 1],
    [5, 10, 0.2366, 0.7634],
    [81, 263, 0.2553, 0.3662],
  ])('of %i in %i', (part, whole, low, high) => {
    const interval = wilson(part, whole);
    expect(interval?.[0]).toBeCloseTo(low, 4);
    expect(interval?.[1]).toBeCloseTo(high, 4);
  });

  it('does not exist without a denominator', () => {
    expect(wilson(0, 0)).toBeNull();
  });
});

describe('scoring', () => {
  const labels = [
    label('a', true, { suite: 'x' }),
    label('b', true, { suite: 'x' }),
    label('c', false, { suite: 'x' }),
    label('d', false, { suite: 'y' }),
    label('e', true, { suite: 'y' }),
  ];

  it('counts chains, not alerts', () => {
    const alerts = [alert('a'), alert('a'), alert('c'), alert('e')];
    const { total, labelled } = score(alerts, labels, { by: 'attack' });
    expect(labelled).toBe(5);
    expect(total).toMatchObject({ tp: 2, fp: 1, fn: 1, tn: 1, precision: 2 / 3, recall: 2 / 3, fpr: 1 / 2 });
    expect(total.intervals.recall).toEqual(wilson(2, 3));
  });

  it('leaves signals out unless any kind counts, and says where one was heard', () => {
    const alerts = [alert('a', { kind: 'signal' }), alert('e')];
    const paging = score(alerts, labels, { by: 'attack' });
    expect(paging.total).toMatchObject({ tp: 1, fn: 2 });
    expect(paging.missedWithSignal).toBe(1);
    expect(score(alerts, labels, { by: 'attack', kind: 'any' }).total).toMatchObject({ tp: 2, fn: 1 });
  });

  it('splits by group', () => {
    const { groups } = score([alert('a'), alert('d')], labels, { by: 'attack', group: 'suite' });
    expect(groups['x']).toMatchObject({ tp: 1, fp: 0, fn: 1, tn: 1 });
    expect(groups['y']).toMatchObject({ tp: 0, fp: 1, fn: 1, tn: 0 });
  });

  it('reports alerts without a label apart from every denominator', () => {
    const result = score([alert('elsewhere'), alert(undefined)], labels, { by: 'attack' });
    expect(result.unlabelledAlerts).toBe(2);
    expect(result.total).toMatchObject({ tp: 0, fp: 0, fn: 3, tn: 2, precision: null });
  });

  it('judges a detector by the chains that expect it', () => {
    const expecting = [
      label('a', true, { detectors: ['scope-creep'] }),
      label('b', true, { detectors: ['orphaned-chain'] }),
      label('c', false, { detectors: [] }),
    ];
    const { detectors } = score([alert('a'), alert('b')], expecting, { by: 'attack' });
    expect(detectors['scope-creep']).toMatchObject({ tp: 1, fp: 1, fn: 0, tn: 1 });
    expect(detectors['orphaned-chain']).toMatchObject({ tp: 0, fp: 0, fn: 1, tn: 2 });
  });

  it('judges a detector by every true chain where labels name no detectors', () => {
    const { detectors } = score([alert('a')], labels, { by: 'attack' });
    expect(detectors['scope-creep']).toMatchObject({ tp: 1, fn: 2, fp: 0, tn: 2 });
  });

  it('finds labelled events through the evidence', () => {
    const events = [
      { eventId: '1', attack: true },
      { eventId: '2', attack: false },
      { eventId: '3', attack: true },
    ];
    const { total } = score([alert('t', { eventIds: ['1', '2', '9'] })], events, { by: 'attack' });
    expect(total).toMatchObject({ tp: 1, fp: 1, fn: 1, tn: 0 });
  });

  it('takes a chain with several labels for one chain', () => {
    const { total } = score([], [label('a', false), label('a', true)], { by: 'attack' });
    expect(total).toMatchObject({ tp: 0, fp: 0, fn: 1, tn: 0 });
  });

  it('counts labels without the truth field and refuses a file of nothing else', () => {
    expect(score([], [label('a', true), { txn: 'b' }], { by: 'attack' }).unjudged).toBe(1);
    expect(() => score([], labels, { by: 'attacked' })).toThrow(expect.objectContaining({ code: 'USAGE' }));
  });
});

describe('label files', () => {
  it('skip empty lines', () => {
    expect(parseLabels('{"txn":"a"}\n\n{"txn":"b"}\n', 'l.ndjson')).toEqual([{ txn: 'a' }, { txn: 'b' }]);
  });

  it.each(['{"txn":', '[1]', 'null'])('are refused with their line: %s', (line) => {
    expect(() => parseLabels(`{"txn":"a"}\n${line}`, 'l.ndjson')).toThrow(/l\.ndjson, line 2/);
  });
});

describe('the text', () => {
  it('shows the counts, the rates with intervals and what the rest needs', () => {
    const text = renderScore(
      score([alert('a'), alert('z')], [label('a', true), label('b', true)], { by: 'attack' }),
    );
    expect(text).toContain('2 labelled, truth attack, counting alerts');
    expect(text).toMatch(/total +1 +0 +1 +0 {2}1\.000 \[0\.207-1\.000\] {2}0\.500 \[0\.095-0\.905\] {2}-/);
    expect(text).toContain('1 of 2 alerts concern nothing that has a label');
    expect(text).toContain('1 of 2 were missed, 0 of them with a signal');
  });
});
