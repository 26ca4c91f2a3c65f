import { describe, expect, it } from 'vitest';
import { defaultPolicy } from '../../../src/domain/policy.ts';
import type { Store } from '../../../src/domain/ports.ts';
import { aLetter, anAlert, anAlertAction, logged, noon } from './rows.ts';

const MINUTE_MS = 60_000;

/** What the store can say of how detection is doing. */
export function operationsSuite(store: () => Store): void {
  describe('noise', () => {
    const tenant = 'noise';

    it('is counted by detector, kind and state, with why people closed, and by whom it was said to be nothing', async () => {
      const alerts = ['benign', 'Expected: nightly run', 'contest won'].map((reason, index) => ({
        reason,
        alert: anAlert({ tenant, id: `alr_${index}` }),
      }));
      await store().writeAlerts([
        ...alerts.map(({ alert }) => alert),
        anAlert({ tenant, id: 'alr_open' }),
        anAlert({ tenant, id: 'alr_signal', kind: 'signal', detector: 'tool-drift' }),
        anAlert({ tenant, id: 'alr_gone', withdrawn: true }),
        anAlert({ tenant, id: 'alr_before', lastAtMs: noon - 1 }),
        anAlert({ tenant: 'rival', id: 'alr_theirs' }),
      ]);
      for (const { alert, reason } of alerts) {
        const closed = { verb: 'close', state: 'closed', reason } as const;
        await store().writeAlertAction(
          anAlertAction({ tenant, alertId: alert.id, id: `aac_${alert.id}`, ...closed }),
        );
      }
      const { counts, reasons } = await store().alertCounts({ tenant, sinceMs: noon });
      expect(counts).toEqual([
        { detector: 'scope-creep', kind: 'alert', state: 'closed', count: 3, falseCount: 2 },
        { detector: 'scope-creep', kind: 'alert', state: 'open', count: 1, falseCount: 0 },
        { detector: 'scope-creep', kind: 'alert', state: 'withdrawn', count: 1, falseCount: 0 },
        { detector: 'tool-drift', kind: 'signal', state: 'open', count: 1, falseCount: 0 },
      ]);
      expect(reasons.map(({ reason, count }) => [reason, count]).sort()).toEqual([
        ['Expected: nightly run', 1],
        ['benign', 1],
        ['contest won', 1],
      ]);
    });
  });

  describe('producers', () => {
    const tenant = 'producers';
    /** Heard `minute` minutes after noon, of an event that says `timeMs`. */
    const heard = (seq: number, minute: number, timeMs: number, source = 'https://steady.test') => ({
      ...logged(3_000_000 + seq, { tenant, id: `heard-${seq}`, source, timeMs }),
      ingestedMs: noon + minute * MINUTE_MS,
    });

    it('are told with their last words by both clocks, their delay and their longest gap', async () => {
      await store().appendEvents([
        ...[0, 1, 2, 9, 10].map((minute, index) => heard(index, minute, noon + minute * MINUTE_MS - 2_000)),
        heard(20, 3, noon + 63 * MINUTE_MS, 'https://ahead.test'),
        heard(30, -1, noon - MINUTE_MS, 'https://before.test'),
        { ...logged(3_000_040, { tenant: 'rival', id: 'theirs' }), ingestedMs: noon },
      ]);
      const told = await store().producers({ tenant, sinceMs: noon });
      expect(told).toMatchObject([
        {
          source: 'https://steady.test',
          events: 5,
          lastEventMs: noon + 10 * MINUTE_MS - 2_000,
          lastHeardMs: noon + 10 * MINUTE_MS,
          medianDelayMs: 2_000,
          minutes: 5,
          longestGapMs: 7 * MINUTE_MS,
          gapFromMs: noon + 2 * MINUTE_MS,
        },
        {
          source: 'https://ahead.test',
          events: 1,
          medianDelayMs: -60 * MINUTE_MS,
          minutes: 1,
          longestGapMs: 0,
        },
      ]);
      expect(told).toHaveLength(2);
    });
  });

  describe('refusals', () => {
    const tenant = 'refusals';

    it('are counted by code and publisher, each with its last message', async () => {
      const at = (offset: number) => ({ source: 'http', partition: 0, offset });
      const forbidden = { code: 'EVENT_ISSUER_FORBIDDEN', publisher: 'crm' } as const;
      await store().appendDeadLetters([
        aLetter({ tenant, position: at(1), raw: 'first' }),
        aLetter({ tenant, position: at(2), raw: 'last', atMs: noon + 5 }),
        aLetter({ tenant, position: at(3), ...forbidden }),
        aLetter({ tenant, position: at(4), atMs: noon - 1 }),
        aLetter({ tenant: 'rival', position: at(5) }),
      ]);
      const told = await store().refusals({ tenant, sinceMs: noon });
      expect(told).toMatchObject([
        { code: 'EVENT_INVALID', publisher: 'gateway', count: 2, lastMs: noon + 5, example: { raw: 'last' } },
        { ...forbidden, count: 1, example: forbidden },
      ]);
      expect(await store().refusals({ tenant: 'nobody', sinceMs: noon })).toEqual([]);
    });
  });

  describe('earlier policies', () => {
    it('come latest first', async () => {
      const seq = 9_000_000;
      const versions = [1, 2, 3].map((version) => ({
        kind: 'policy' as const,
        seq: seq + version,
        policy: { ...defaultPolicy, name: `policy ${version}` },
      }));
      await store().appendControl(versions);
      const told = await store().policyHistory(2);
      expect(told.map(({ policy }) => policy.name)).toEqual(['policy 3', 'policy 2']);
    });
  });
}
