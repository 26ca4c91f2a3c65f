import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  actionOn,
  alertAt,
  beganMs,
  detailOf,
  isoAt,
  requestHop,
  responseTo,
  tokenHop,
  wideChain,
} from '../../../test/support/chain-detail.ts';
import { ticksOf } from './axis.ts';
import type { ChainDetail } from './detail.ts';
import { graphOf } from './graph.ts';
import { happenings, timelineOf } from './timeline.ts';

const options = { atMs: beganMs + 300_000, unfolded: new Map<string, number>() };
const of = (detail: ChainDetail) => timelineOf(detail, graphOf(detail, options), options);

const top = requestHop();
const long = tokenHop(1, top.key, { expiresAt: '2027-01-01T00:00:00.000Z' });
const short = tokenHop(6, long.key, { revokedAt: isoAt(60) });
const detail = detailOf([top, long, short], {
  actions: {
    items: [
      actionOn(short, 9, { effect: 'write', action: 'write' }),
      actionOn(short, 12, { outcome: 'denied' }),
      actionOn({ ...long, key: 'nowhere' }, 3),
    ],
  },
  alerts: [alertAt(short)],
  responses: [responseTo(short), responseTo({ ...long, token: undefined, label: 'family f' })],
});

describe('the timeline of a chain', () => {
  it('has a lane for every credential, and one for what belongs to none', () => {
    const { lanes } = of(detail);
    expect(lanes.map(({ name }) => name)).toEqual(['worker-1', 'worker-6', 'Whole chain']);
    expect(lanes.map(({ life }) => life?.end)).toEqual(['expires', 'revoked', undefined]);
    expect(lanes[1]?.marks.map(({ kind }) => kind)).toEqual(['write', 'refused', 'alert', 'response']);
    expect(lanes[1]).toMatchObject({ broken: true, state: 'revoked' });
  });

  it('spans what happened, not the year for which a credential works', () => {
    const { fromMs, toMs, ticks } = of(detail);
    expect(toMs - fromMs).toBeLessThan(3_600_000);
    expect(fromMs).toBeLessThan(beganMs);
    expect(ticks.length).toBeGreaterThan(3);
  });

  it('says the same as a list by time', () => {
    const all = happenings(of(detail));
    expect(all.map(({ atMs }) => atMs)).toEqual(all.map(({ atMs }) => atMs).toSorted((a, b) => a - b));
    expect(all.map(({ text }) => text)).toEqual(
      expect.arrayContaining([
        'token j6 is revoked',
        'write: write on crm/customers/9 by worker-6, accepted',
        'alert: high scope-creep: worker-6 gained crm:write',
        'response: token.revoke of family f, proposed (dry run)',
      ]),
    );
  });

  it('has the lanes of the graph, and every mark in one of them', () => {
    const wide = wideChain(1_000);
    const { lanes } = of(wide);
    expect(lanes.length).toBeLessThan(30);
    const marks = lanes.reduce((sum, lane) => sum + lane.marks.length, 0);
    expect(marks).toBe(wide.actions.items.length + wide.alerts.length);
  });

  it('is drawn of a chain in which nothing is timed', () => {
    expect(of(detailOf([requestHop()]))).toMatchObject({ lanes: [] });
  });
});

describe('the ticks of an axis', () => {
  it('are few, round, in order, and within it', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: Date.UTC(2100, 0) }),
        fc.integer({ min: 1, max: 20 * 365 * 86_400_000 }),
        (fromMs, span) => {
          const ticks = ticksOf(fromMs, fromMs + span);
          expect(ticks.length).toBeLessThanOrEqual(9);
          expect(
            ticks.every(({ atMs }) => atMs >= fromMs && atMs <= fromMs + span && atMs % 1_000 === 0),
          ).toBe(true);
          expect(new Set(ticks.map(({ atMs }) => atMs)).size).toBe(ticks.length);
        },
      ),
    );
  });

  it('say the day where it changes', () => {
    const labels = ticksOf(Date.UTC(2026, 2, 3, 22), Date.UTC(2026, 2, 4, 2)).map(({ label }) => label);
    expect(labels).toEqual([
      ...['2026-03-03 22:00', '22:30', '23:00', '23:30', '2026-03-04 00:00'],
      ...['00:30', '01:00', '01:30', '02:00'],
    ]);
  });
});
