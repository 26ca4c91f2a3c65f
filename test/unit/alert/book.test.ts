import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAlertBook } from '../../../src/alert/book.ts';
import type { Alert } from '../../../src/domain/alert.ts';
import { type LiveFinding, severities } from '../../../src/domain/finding.ts';
import { type AlertChanges, type AlertNotice, noticeId } from '../../../src/domain/notice.ts';
import { findingOf, startMs } from './findings.ts';

const finding = fc
  .record({
    fact: fc.constantFrom('a', 'b', 'c', 'd'),
    detector: fc.constantFrom('scope-creep', 'orphaned-chain'),
    severity: fc.constantFrom(...severities),
    kind: fc.constantFrom('alert' as const, 'signal' as const),
    state: fc.constantFrom(
      'provisional' as const,
      'settled' as const,
      'withdrawn' as const,
      'merged' as const,
    ),
    atMs: fc.integer({ min: startMs, max: startMs + 3 }),
    title: fc.constantFrom('x', 'y'),
    chainId: fc.constantFrom(undefined, 'chn_1', 'chn_2'),
    actor: fc.constantFrom(undefined, 'one', 'two'),
    eventIds: fc.uniqueArray(fc.constantFrom('e1', 'e2', 'e3', 'e4'), { minLength: 1 }),
    revocable: fc.boolean(),
    revoke: fc.constantFrom({ iss: 'i', jti: 't1' }, { iss: 'i', jti: 't2' }),
    liveUntilMs: fc.constantFrom(undefined, null, startMs + 9),
    count: fc.integer({ min: 1, max: 5 }),
    mergedInto: fc.constant({ id: 'fnd_other', subjectKey: 'tok:["iss","other"]' }),
  })
  .map(findingOf);

/** At most one state of each finding, as the engine's newest. */
const findings = fc.uniqueArray(finding, { selector: ({ id }) => id, maxLength: 8 });

function alertNotices({ notices }: AlertChanges): AlertNotice[] {
  return notices.filter((notice): notice is AlertNotice => notice.type.startsWith('alert.'));
}

function identityOf({ id, detector, fact }: LiveFinding) {
  return { id, detector, fact, version: 0 };
}

function rowsAfter(batches: readonly (readonly LiveFinding[])[]): Map<string, Omit<Alert, 'version'>> {
  const book = createAlertBook();
  const rows = new Map<string, Omit<Alert, 'version'>>();
  for (const batch of batches) {
    for (const { version: _, ...row } of book.apply(batch).alerts) rows.set(row.id, row);
  }
  return rows;
}

describe('the alert book', () => {
  it('ends with the same alerts in any order, in any batches, after any earlier states', () => {
    const shuffled = findings.chain((final) =>
      fc.record({
        final: fc.constant(final),
        order: fc.shuffledSubarray(final, { minLength: final.length }),
        // Older states of the same findings, which the newest replace.
        earlier: fc.tuple(...final.map((one) => finding.map((old) => ({ ...old, ...identityOf(one) })))),
        cut: fc.nat(8),
      }),
    );
    fc.assert(
      fc.property(shuffled, ({ final, order, earlier, cut }) => {
        const expected = rowsAfter([final]);
        expect(rowsAfter([earlier, order.slice(0, cut), order.slice(cut)])).toEqual(expected);
        expect(rowsAfter([...order].map((one) => [one]))).toEqual(expected);
      }),
    );
  });

  it('counts an exception once for each alert, and none that an earlier process counted', () => {
    const book = createAlertBook();
    const night = (over: Partial<LiveFinding> = {}) =>
      findingOf({ exception: 'night', kind: 'signal', ...over });
    const counted = [{ exception: 'night', detector: 'scope-creep' }];
    expect(book.apply([night()]).excepted).toEqual(counted);
    expect(book.apply([night({ count: 2 }), night({ fact: 'root-drift' })]).excepted).toEqual([]);
    const other = { kind: 'token' as const, key: 'tok:["iss","t2"]', label: 't2' };
    expect(book.apply([night({ subject: other })]).excepted).toEqual(counted);

    const resumed = createAlertBook();
    resumed.remember([night()]);
    expect(resumed.apply([night({ count: 2 })]).excepted).toEqual([]);
    const [row] = book.apply([night({ count: 3 })]).alerts;
    const recalled = createAlertBook();
    recalled.recall(row === undefined ? [] : [row]);
    expect(recalled.apply([night({ count: 4 })]).excepted).toEqual([]);
  });

  it('gives every row the log offset of its last change', () => {
    const book = createAlertBook();
    expect(book.apply([findingOf({ version: 7 })]).alerts[0]?.version).toBe(7);
    const other = findingOf({ fact: 'root-drift', version: 9 });
    expect(book.apply([other]).alerts[0]?.version).toBe(9);
    expect(book.apply([findingOf({ version: 8, count: 2 })]).alerts[0]?.version).toBe(9);
  });

  it('keeps the newest state of a finding when an older one comes after it', () => {
    const book = createAlertBook();
    book.apply([findingOf({ severity: 'critical', version: 9 })]);
    expect(book.apply([findingOf({ severity: 'low', version: 8 })]).alerts[0]?.severity).toBe('critical');
  });

  const types = (book: ReturnType<typeof createAlertBook>, ...findings: LiveFinding[]) =>
    alertNotices(book.apply(findings)).map(({ type, epoch }) => `${type} ${epoch}`);

  it('notices what pages, once: raised, escalated, withdrawn, raised again', () => {
    const book = createAlertBook();
    expect(types(book, findingOf({ state: 'provisional' }))).toEqual([]);
    expect(types(book, findingOf())).toEqual(['alert.raised 1']);
    expect(types(book, findingOf({ count: 9 }))).toEqual([]);
    expect(types(book, findingOf({ fact: 'b', severity: 'critical' }))).toEqual(['alert.escalated 1']);
    expect(types(book, findingOf({ fact: 'b', state: 'withdrawn' }))).toEqual([]);
    expect(types(book, findingOf({ fact: 'b', severity: 'critical' }))).toEqual([]);
    expect(types(book, findingOf({ state: 'withdrawn' }))).toEqual([]);
    expect(types(book, findingOf({ fact: 'b', state: 'withdrawn' }))).toEqual(['alert.withdrawn 1']);
    expect(types(book, findingOf())).toEqual(['alert.raised 2']);
  });

  it('raises what is raised and escalates in one batch as one', () => {
    const book = createAlertBook();
    expect(types(book, findingOf(), findingOf({ fact: 'b', severity: 'critical' }))).toEqual([
      'alert.raised 1',
    ]);
  });

  it('never notices signals', () => {
    const book = createAlertBook();
    const signal = findingOf({ kind: 'signal', severity: 'critical' });
    expect(types(book, signal)).toEqual([]);
    expect(types(book, { ...signal, state: 'withdrawn' })).toEqual([]);
  });

  it('withdraws what only a signal is left of', () => {
    const book = createAlertBook();
    book.apply([findingOf(), findingOf({ fact: 'b', kind: 'signal' })]);
    expect(types(book, findingOf({ state: 'withdrawn' }))).toEqual(['alert.withdrawn 1']);
  });

  it('asks for a decision about a revocation only when it could be another one', () => {
    const book = createAlertBook();
    const wishes = (over: Partial<LiveFinding>) =>
      book.apply([findingOf(over)]).revocations.map(({ severity, target }) => [severity, target]);
    expect(wishes({ state: 'provisional' })).toEqual([]);
    expect(wishes({ severity: 'medium' })).toEqual([['medium', { iss: 'iss', jti: 't1' }]]);
    expect(wishes({ severity: 'medium', writesSince: 5 })).toEqual([]);
    expect(wishes({ severity: 'high' })).toEqual([['high', { iss: 'iss', jti: 't1' }]]);
    expect(wishes({ severity: 'high', state: 'withdrawn' })).toEqual([]);
  });

  it('remembers a bounded number of alerts, and names them as before when they come back', () => {
    const book = createAlertBook({ alertsMax: 3 });
    const about = (n: number) =>
      findingOf({ subject: { kind: 'token', key: `tok:${n}`, label: `${n}` }, version: n });
    const [first] = alertNotices(book.apply([about(0)]));
    for (let n = 1; n < 50; n += 1) book.apply([about(n)]);
    expect(book.size).toBe(3);
    const [again] = alertNotices(book.apply([about(0)]));
    expect(again && noticeId(again, 'ops')).toBe(first && noticeId(first, 'ops'));
  });
});

describe('the id of a notice', () => {
  const [notice] = alertNotices(createAlertBook().apply([findingOf()]));
  if (notice === undefined) throw new Error('nothing was raised');
  const critical = { ...notice.about, severity: 'critical' as const };

  it('never contains a dot and never changes', () => {
    expect(noticeId(notice, 'ops')).toMatch(/^msg_[0-9a-f]{32}$/);
    const grown = { ...notice.about, count: 99, version: 5 };
    expect(noticeId({ ...notice, about: grown }, 'ops')).toBe(noticeId(notice, 'ops'));
  });

  it('tells apart endpoints, types, rounds and steps of an escalation', () => {
    const escalated = { ...notice, type: 'alert.escalated' as const };
    const ids = [
      noticeId(notice, 'ops'),
      noticeId(notice, 'other'),
      noticeId({ ...notice, epoch: 2 }, 'ops'),
      noticeId(escalated, 'ops'),
      noticeId({ ...escalated, about: critical }, 'ops'),
      noticeId({ ...escalated, epoch: 2 }, 'ops'),
      noticeId({ ...notice, type: 'alert.withdrawn' }, 'ops'),
    ];
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('an alert whose subject is known under another key now', () => {
  const key = 'tok:["iss","t1"]';
  const hashed = { kind: 'token' as const, key: 'tok:sha256:x', label: 'sha256:x' };
  const old = findingOf({ subject: hashed });
  const merged = findingOf({
    subject: hashed,
    state: 'merged',
    version: 2,
    mergedInto: { id: findingOf().id, subjectKey: key },
  });

  it('closes as merged, keeps what it showed and says where it goes on', () => {
    const book = createAlertBook();
    const [before] = book.apply([old]).alerts;
    const changes = book.apply([merged, findingOf({ version: 2 })]);
    const [carriesOn] = createAlertBook().apply([findingOf()]).alerts;
    const after = changes.alerts.find(({ id }) => id === before?.id);
    expect(after).toMatchObject({
      mergedInto: carriesOn?.id,
      withdrawn: false,
      settled: true,
      revocable: false,
      title: before?.title,
      evidence: before?.evidence,
      nextStep: `Go on with ${carriesOn?.id}: it is about the same.`,
    });
    expect(alertNotices(changes).map(({ type }) => type)).toEqual(['alert.merged', 'alert.raised']);
    expect(changes.revocations.map(({ alert }) => alert.id)).toEqual([carriesOn?.id]);
  });

  it('goes on itself for as long as anything of it is its own', () => {
    const book = createAlertBook();
    const [alert] = book.apply([merged, findingOf({ subject: hashed, fact: 'other' })]).alerts;
    expect(alert).toMatchObject({ facts: ['other'], withdrawn: false });
    expect(alert).not.toHaveProperty('mergedInto');
  });

  it('is not withdrawn because another fact was', () => {
    const [alert] = createAlertBook().apply([
      merged,
      findingOf({ subject: hashed, fact: 'other', state: 'withdrawn', version: 3 }),
    ]).alerts;
    expect(alert).toMatchObject({ withdrawn: false, facts: ['hop-drift'] });
    expect(alert?.mergedInto).toBeDefined();
  });
});
