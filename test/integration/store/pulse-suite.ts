import { expect, it } from 'vitest';
import type { Store } from '../../../src/domain/ports.ts';
import { aChain, anAlert, anAlertAction, anIncident, logged, noon } from './rows.ts';

/** What the store counts for whoever looks at everything at once. */
export function pulseSuite(store: () => Store): void {
  const tenant = 'pulse';
  const stepMs = 60_000;

  it('counts what happened lately, and how far people are with what stands', async () => {
    await store().appendEvents([
      logged(3_000_001, { tenant, id: 'p1', timeMs: noon }),
      logged(3_000_002, { tenant, id: 'p2', timeMs: noon + 10 }),
      logged(3_000_003, { tenant, id: 'p3', timeMs: noon + stepMs }),
      logged(3_000_004, { tenant, id: 'before', timeMs: noon - 1 }),
      logged(3_000_005, { tenant: 'rival', id: 'theirs', timeMs: noon }),
    ]);
    const alert = (id: string, over: Parameters<typeof anAlert>[0] = {}) =>
      anAlert({
        tenant,
        id,
        firstAtMs: noon,
        lastAtMs: noon,
        settled: true,
        incidentId: `inc-${id}`,
        ...over,
      });
    await store().writeAlerts([
      alert('one', { severity: 'critical' }),
      alert('two', { severity: 'high' }),
      alert('kept', { kind: 'signal', incidentId: undefined }),
      alert('gone', { withdrawn: true }),
      alert('early', { settled: false, detector: 'other' }),
    ]);
    await store().writeIncidents([
      anIncident({ tenant, id: 'inc-one', severity: 'critical' }),
      anIncident({ tenant, id: 'inc-two', severity: 'high' }),
      anIncident({ tenant, id: 'inc-gone', state: 'withdrawn' }),
    ]);
    await store().writeAlertAction(anAlertAction({ tenant, alertId: 'two', state: 'acknowledged' }));
    await store().writeChains([
      aChain({ tenant, id: 'chn_open' }),
      aChain({ tenant, id: 'chn_done', state: 'closed' }),
    ]);

    const counted = await store().pulse({ tenant, sinceMs: noon, stepMs, nowMs: noon + 3_000_004 });
    expect(counted.steps).toEqual([
      { atMs: noon, events: 2, alerts: 2 },
      { atMs: noon + stepMs, events: 1, alerts: 0 },
    ]);
    const { detector } = anAlert();
    expect(counted.detectors).toEqual([{ detector, alerts: 2, signals: 1, open: 1, severity: 'critical' }]);
    const byWeight = counted.incidents.toSorted((a, b) => a.severity.localeCompare(b.severity));
    expect(byWeight).toEqual([
      { severity: 'critical', handling: 'open', count: 1 },
      { severity: 'high', handling: 'acknowledged', count: 1 },
    ]);
    expect(counted).toMatchObject({ lastMinute: 3, lastHeardMs: noon + 3_000_003, openChains: 1 });
  });

  it('knows nothing of a tenant that told nothing', async () => {
    expect(await store().pulse({ tenant: 'silent', sinceMs: 0, stepMs, nowMs: noon })).toEqual({
      steps: [],
      detectors: [],
      incidents: [],
      lastMinute: 0,
      lastHeardMs: undefined,
      openChains: 0,
    });
  });
}
