import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAlertBook } from '../../../src/alert/book.ts';
import type { Alert } from '../../../src/domain/alert.ts';
import { type LiveFinding, maxSeverity, type Severity, severities } from '../../../src/domain/finding.ts';
import { type Incident, incidentId, rootOf } from '../../../src/domain/incident.ts';
import type { AlertChanges, IncidentNotice } from '../../../src/domain/notice.ts';
import { findingOf, startMs } from './findings.ts';

/** A chain: `r` at the top, below it `a`, below that `b` and `c`; and one of its own. */
const above: Record<string, readonly string[]> = { r: [], a: ['r'], b: ['a', 'r'], c: ['a', 'r'], x: [] };
const hops = Object.keys(above);

function at(hop: string, over: Partial<LiveFinding> = {}): LiveFinding {
  const subject = { kind: 'token' as const, key: hop, label: hop };
  return findingOf({ subject, hop, above: above[hop] ?? [], title: `at ${hop}`, ...over });
}

function inc(hop: string): string {
  return incidentId('acme', hop);
}

function said({ notices }: AlertChanges): string[] {
  return notices
    .filter((notice): notice is IncidentNotice => notice.type.startsWith('incident.'))
    .map(({ type, epoch, about }) => {
      const into =
        about.mergedInto === undefined ? '' : ` into ${hops.find((hop) => inc(hop) === about.mergedInto)}`;
      return `${type.slice('incident.'.length)} ${about.cause} ${epoch} ${about.severity}${into}`;
    })
    .sort();
}

describe('an incident', () => {
  it('is one for all that pages at one hop, and what pages below it', () => {
    const book = createAlertBook();
    const other = { detector: 'reuse-after-expiry', severity: 'medium' } as const;
    const changes = book.apply([at('b'), at('a'), at('a', other), at('x')]);
    expect(said(changes)).toEqual(['merged b 1 high into a', 'raised a 1 high', 'raised x 1 high']);
    const open = changes.incidents.filter(({ state }) => state === 'open');
    expect(open.map(({ cause, alertCount }) => [cause, alertCount]).sort()).toEqual([
      ['a', 3],
      ['x', 1],
    ]);
    expect(open.find(({ cause }) => cause === 'a')).toMatchObject({
      id: inc('a'),
      title: 'at a',
      detectors: ['reuse-after-expiry', 'scope-creep'],
      alerts: [
        { role: 'cause', detector: 'scope-creep', title: 'at a' },
        { role: 'cause', detector: 'reuse-after-expiry' },
        { role: 'consequence', title: 'at b' },
      ],
    });
    expect(new Set(changes.alerts.map(({ incidentId }) => incidentId))).toEqual(
      new Set([inc('a'), inc('x')]),
    );
  });

  it('says nothing of a consequence, unless it is worse', () => {
    const book = createAlertBook();
    expect(said(book.apply([at('a')]))).toEqual(['raised a 1 high']);
    expect(said(book.apply([at('b')]))).toEqual(['merged b 1 high into a']);
    expect(said(book.apply([at('c', { severity: 'critical' })]))).toEqual([
      'escalated a 1 critical',
      'merged c 1 critical into a',
    ]);
    expect(said(book.apply([at('c', { severity: 'critical', count: 5 })]))).toEqual([]);
  });

  it('merges into the one that a late cause makes', () => {
    const book = createAlertBook();
    expect(said(book.apply([at('b')]))).toEqual(['raised b 1 high']);
    const changes = book.apply([at('a', { version: 2 })]);
    expect(said(changes)).toEqual(['merged b 1 high into a', 'raised a 1 high']);
    expect(changes.incidents.find(({ cause }) => cause === 'b')).toMatchObject({
      state: 'merged',
      mergedInto: inc('a'),
      version: 2,
    });
    // The row of the consequence is another one now, although nothing new was found of it.
    expect(changes.alerts.map(({ title, incidentId, version }) => [title, incidentId, version])).toEqual([
      ['at a', inc('a'), 2],
      ['at b', inc('a'), 2],
    ]);
    expect(said(book.apply([at('r', { version: 3 })]))).toEqual([
      'merged a 1 high into r',
      'raised r 1 high',
    ]);
  });

  it('leaves its consequences standing when its cause is withdrawn', () => {
    const book = createAlertBook();
    book.apply([at('b')]);
    book.apply([at('a'), at('c')]);
    const changes = book.apply([at('a', { state: 'withdrawn', version: 2 })]);
    expect(said(changes)).toEqual(['raised b 2 high', 'raised c 1 high', 'withdrawn a 1 high']);
    expect(changes.incidents.find(({ cause }) => cause === 'a')).toMatchObject({ state: 'withdrawn' });
  });

  it('is made by nothing that does not page, and tells of it all the same', () => {
    const book = createAlertBook();
    const quiet = [at('a', { kind: 'signal' }), at('b', { state: 'provisional' })];
    expect(said(book.apply(quiet))).toEqual([]);
    const { alerts } = book.apply([at('r')]);
    expect(alerts.map(({ incidentId }) => incidentId)).toEqual([inc('r'), inc('r'), inc('r')]);
  });

  it('carries on where its alert does', () => {
    const book = createAlertBook();
    const hashed = { subject: { kind: 'token' as const, key: 'x', label: 'x' }, hop: 'x', above: [] };
    book.apply([findingOf(hashed)]);
    const mergedInto = { id: at('b').id, subjectKey: 'b' };
    const merged = findingOf({ ...hashed, state: 'merged', version: 2, mergedInto });
    expect(said(book.apply([merged, at('b', { version: 2 })]))).toEqual([
      'merged x 1 high into b',
      'raised b 1 high',
    ]);
  });

  const ofChain = { subject: { kind: 'chain' as const, key: 'r', label: 'r' }, detector: 'orphaned-chain' };

  it('of a chain stands at the hop that would end it, and goes by the name of the chain', () => {
    const book = createAlertBook();
    expect(said(book.apply([at('a', ofChain)]))).toEqual(['raised r 1 high']);
    expect(said(book.apply([at('b'), at('a', { ...ofChain, count: 2 })]))).toEqual([
      'merged b 1 high into r',
    ]);
    // It moved, and is the same.
    expect(said(book.apply([at('c', ofChain)]))).toEqual(['raised b 1 high']);
  });

  it('of a chain folds into that of the hop where it stands', () => {
    const book = createAlertBook();
    book.apply([at('a', ofChain)]);
    expect(said(book.apply([at('a')]))).toEqual(['merged r 1 high into a', 'raised a 1 high']);
  });
});

const finding = fc
  .record({
    hop: fc.constantFrom(...hops),
    /** Of the chain as a whole, and only placed at the hop. */
    whole: fc.boolean(),
    fact: fc.constantFrom('one', 'two'),
    detector: fc.constantFrom('scope-creep', 'orphaned-chain'),
    severity: fc.constantFrom(...severities),
    kind: fc.constantFrom('alert' as const, 'alert' as const, 'signal' as const),
    state: fc.constantFrom(
      'provisional' as const,
      'settled' as const,
      'settled' as const,
      'withdrawn' as const,
    ),
    atMs: fc.integer({ min: startMs, max: startMs + 3 }),
    /** How much of what is above is known. */
    known: fc.nat(2),
  })
  .map(({ hop, known, whole, ...over }) => {
    const subject = { kind: 'chain' as const, key: hop === 'x' ? 'x' : 'r', label: 'chain' };
    return at(hop, { ...over, ...(whole ? { subject } : {}), above: (above[hop] ?? []).slice(0, known) });
  });

/** Newest states, at most one of each finding, which know everything above them. */
const finals = fc
  .uniqueArray(finding, { selector: ({ id }) => id, maxLength: 10 })
  .map((some) => some.map((one) => ({ ...one, above: above[one.hop] ?? [] })));

const history = finals.chain((final) =>
  fc.record({
    final: fc.constant(final),
    order: fc.shuffledSubarray(final, { minLength: final.length }),
    // Older states of the same findings, in which causes came and went, and chains had not joined yet.
    earlier: fc.array(
      fc.tuple(fc.nat(20), finding).map(([which, old]): LiveFinding[] => {
        const one = final[which % Math.max(1, final.length)];
        if (one === undefined) return [];
        const { id, detector, fact, subject, hop } = one;
        return [
          { ...old, id, detector, fact, subject, hop, above: (above[hop] ?? []).slice(0, old.above.length) },
        ];
      }),
      { maxLength: 8 },
    ),
    cut: fc.nat(10),
  }),
);

function applied(batches: readonly (readonly LiveFinding[])[], book = createAlertBook()) {
  const alerts = new Map<string, Omit<Alert, 'version'>>();
  const incidents = new Map<string, Omit<Incident, 'version'>>();
  const changes = batches.map((batch) => book.apply(batch));
  for (const change of changes) {
    for (const { version: _, ...row } of change.alerts) alerts.set(row.id, row);
    for (const { version: _, ...row } of change.incidents) incidents.set(row.id, row);
  }
  const open = [...incidents]
    .filter(([, { state }]) => state === 'open')
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return { alerts, incidents, open: new Map(open), changes };
}

/** What people believe after the notices of each batch, and how often they were paged. */
function believed(changes: readonly AlertChanges[]) {
  const open = new Map<string, Severity>();
  let pages = 0;
  for (const { notices } of changes) {
    const told = notices.filter((notice): notice is IncidentNotice => notice.type.startsWith('incident.'));
    const ended = told.filter(({ type }) => type === 'incident.merged' || type === 'incident.withdrawn');
    for (const { about } of ended) {
      const heard = open.get(about.id);
      open.delete(about.id);
      if (heard === undefined || about.mergedInto === undefined) continue;
      open.set(about.mergedInto, maxSeverity(heard, open.get(about.mergedInto) ?? heard));
    }
    for (const { type, about } of told) {
      if (type === 'incident.raised' && !open.has(about.id)) pages += 1;
      if (type === 'incident.raised' || type === 'incident.escalated') open.set(about.id, about.severity);
    }
  }
  return { open: [...open.keys()].sort(), pages };
}

function isPaging({ kind, settled, withdrawn }: Omit<Alert, 'version'>): boolean {
  return kind === 'alert' && settled && !withdrawn;
}

describe('incidents', () => {
  it('are what the topmost cause of each alert says, by the plainest of readings', () => {
    fc.assert(
      fc.property(finals, (final) => {
        const { alerts, open } = applied([final]);
        const paging = [...alerts.values()].filter(isPaging);
        const causeOf = (alert: Pick<Alert, 'hop' | 'above'>) => {
          const hop = [alert.hop, ...alert.above].filter((up) => paging.some((one) => one.hop === up)).at(-1);
          const subjects = paging.filter((one) => one.hop === hop).map(({ subject }) => subject.key);
          return hop === undefined || subjects.includes(hop) ? hop : subjects.sort()[0];
        };
        for (const alert of alerts.values()) {
          const cause = alert.withdrawn ? undefined : causeOf(alert);
          expect(alert.incidentId).toBe(cause === undefined ? undefined : inc(cause));
        }
        expect([...open.keys()].sort()).toEqual(
          [...new Set(paging.map((one) => inc(causeOf(one) ?? '')))].sort(),
        );
        for (const { id, alertCount, severity } of open.values()) {
          const members = paging.filter((one) => one.incidentId === id);
          expect(alertCount).toBe(members.length);
          expect(severity).toBe(
            members.reduce<Severity>((worst, one) => maxSeverity(worst, one.severity), 'info'),
          );
        }
      }),
    );
  });

  it('are the same in any order, in any batches, after any earlier states', () => {
    fc.assert(
      fc.property(history, ({ final, order, earlier, cut }) => {
        const expected = applied([final]);
        const batched = applied([...earlier, order.slice(0, cut), order.slice(cut)]);
        expect(batched.alerts).toEqual(expected.alerts);
        expect(batched.open).toEqual(expected.open);
        const single = applied(order.map((one) => [one]));
        expect(single.alerts).toEqual(expected.alerts);
        expect(single.open).toEqual(expected.open);
      }),
    );
  });

  it('leave people with what is true, and no old id without one that carries on or an end', () => {
    fc.assert(
      fc.property(history, ({ order, earlier }) => {
        const { open, incidents, changes } = applied([...earlier, ...order.map((one) => [one])]);
        expect(believed(changes).open).toEqual([...open.keys()].sort());
        for (const incident of incidents.values()) {
          if (incident.state !== 'merged') continue;
          expect(incidents.has(incident.mergedInto ?? '')).toBe(true);
        }
      }),
    );
  });

  it('are taken up by another process as they were, without a word', () => {
    fc.assert(
      fc.property(history, ({ order, earlier, cut }) => {
        const batches = [...earlier, ...order.map((one) => [one])];
        const whole = applied(batches);
        const restarted = createAlertBook();
        const before = batches.slice(0, cut);
        const newest = new Map(before.flat().map((one) => [one.id, one]));
        restarted.remember([...newest.values()]);
        const rest = applied(batches.slice(cut), restarted);
        const first = applied(before);
        expect(believed([...first.changes, ...rest.changes]).open).toEqual([...whole.open.keys()].sort());
        expect(believed([...first.changes, ...rest.changes]).pages).toBe(believed(whole.changes).pages);
        for (const [id, row] of rest.open) expect(row).toEqual(whole.open.get(id));
      }),
    );
  });

  it('are told once, although the book has forgotten them', () => {
    const single = history.map(({ order, earlier }) =>
      // A stored alert does not say which of its facts came from where.
      [...earlier, ...order.map((one) => [one])].map((batch) =>
        batch.filter(({ fact }) => fact === 'one').map((one) => ({ ...one, above: above[one.hop] ?? [] })),
      ),
    );
    fc.assert(
      fc.property(single, fc.integer({ min: 0, max: 3 }), (batches, alertsMax) => {
        const book = createAlertBook({ alertsMax });
        const rows = new Map<string, Alert>();
        const changes = batches.map((batch) => {
          const standing = [...rows.values()].filter(isPaging);
          const near = book
            .forgotten(batch)
            .flatMap(({ subject, hop, above: up }) =>
              standing.filter((row) => row.subject.key === subject || [hop, ...up].includes(rootOf(row))),
            );
          const roots = new Set(near.map(rootOf));
          book.recall(standing.filter((row) => roots.has(rootOf(row))));
          const change = book.apply(batch);
          for (const row of change.alerts) rows.set(row.id, row);
          return change;
        });
        const whole = applied(batches);
        expect(believed(changes)).toEqual(believed(whole.changes));
        const paging = (some: Iterable<Omit<Alert, 'version'>>) =>
          [...some]
            .filter(isPaging)
            .map(({ id, incidentId }) => [id, incidentId])
            .sort();
        expect(paging(rows.values())).toEqual(paging(whole.alerts.values()));
      }),
      { numRuns: 500 },
    );
  });
});
