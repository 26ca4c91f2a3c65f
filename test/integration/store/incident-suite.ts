import { describe, expect, it } from 'vitest';
import type { Store } from '../../../src/domain/ports.ts';
import { aChain, anAlert, anIncident, noon } from './rows.ts';

const any = {
  limit: 100,
  cursor: undefined,
  state: undefined,
  minSeverity: undefined,
  detector: undefined,
  chainId: undefined,
};

/** How the store keeps what people are paged for. */
export function incidentSuite(store: () => Store): void {
  describe('incidents', () => {
    it('come back as they were, the newest version whatever came last', async () => {
      const tenant = 'incidents';
      const incident = anIncident({ tenant, title: 'it’s "late"', version: 2 });
      await store().writeIncidents([incident]);
      await store().writeIncidents([anIncident({ tenant, version: 1 })]);
      expect(await store().incident(tenant, incident.id)).toEqual(JSON.parse(JSON.stringify(incident)));
      expect(await store().incident('default', incident.id)).toBeUndefined();
    });

    it('resolve for ever by the one that carries on, over any number of steps', async () => {
      const tenant = 'merged incidents';
      const merged = (id: string, mergedInto: string) =>
        anIncident({ tenant, id, state: 'merged', mergedInto });
      await store().writeIncidents([merged('one', 'two'), merged('two', 'three')]);
      await store().writeIncidents([anIncident({ tenant, id: 'three' })]);
      expect(await store().incident(tenant, 'one')).toMatchObject({ id: 'three', state: 'open' });
      await store().writeIncidents([merged('a', 'b'), merged('b', 'a')]);
      expect(await store().incident(tenant, 'a')).toMatchObject({ state: 'merged' });
      expect((await store().incidents({ ...any, tenant })).items.map(({ id }) => id)).toEqual(['three']);
      const asked = await store().incidents({ ...any, tenant, state: 'merged' });
      expect(asked.items.map(({ id }) => id)).toEqual(['two', 'one', 'b', 'a']);
    });

    it('are listed newest first, by state, severity, detector and chain, page by page', async () => {
      const tenant = 'incident queue';
      await store().writeChains([
        aChain({ tenant, id: 'chn_old', state: 'merged', mergedInto: 'chn_new' }),
        aChain({ tenant, id: 'chn_new' }),
      ]);
      await store().writeIncidents([
        anIncident({ tenant, id: 'a', severity: 'low', chainId: 'chn_old', lastAtMs: noon }),
        anIncident({ tenant, id: 'b', severity: 'critical', chainId: 'chn_new', lastAtMs: noon + 1 }),
        anIncident({ tenant, id: 'c', state: 'withdrawn', chainId: undefined, lastAtMs: noon + 2 }),
        anIncident({
          tenant,
          id: 'd',
          detectors: ['scope-creep', 'x'],
          chainId: 'other',
          lastAtMs: noon + 3,
        }),
      ]);
      const found = async (filter: object) =>
        (await store().incidents({ ...any, tenant, ...filter })).items.map(({ id }) => id);
      expect(await found({})).toEqual(['d', 'c', 'b', 'a']);
      expect(await found({ state: 'open' })).toEqual(['d', 'b', 'a']);
      expect(await found({ minSeverity: 'critical' })).toEqual(['b']);
      expect(await found({ detector: 'x' })).toEqual(['d']);
      expect(await found({ chainId: 'chn_old' })).toEqual(['b', 'a']);
      const first = await store().incidents({ ...any, tenant, limit: 3 });
      const second = await store().incidents({ ...any, tenant, limit: 3, cursor: first.next });
      expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(['d', 'c', 'b', 'a']);
      expect(second.next).toBeUndefined();
    });

    it('bring back what pages beside a place, with all that is of its chain', async () => {
      const tenant = 'standing alerts';
      const at = (id: string, hop: string, above: readonly string[], incidentId: string, over = {}) =>
        anAlert({ tenant, id, hop, above, incidentId, ...over });
      await store().writeAlerts([
        at('root', 'r', [], 'inc_r'),
        at('leaf', 'b', ['a', 'r'], 'inc_r'),
        at('aside', 'c', ['r'], 'inc_r'),
        at('other', 'x', [], 'inc_x'),
        at('over', 'a', ['r'], 'inc_r', { withdrawn: true }),
        at('signal', 'a', ['r'], 'inc_r', { kind: 'signal' }),
        at('late', 'a', ['r'], 'inc_r', { settled: false }),
        { ...at('theirs', 'a', ['r'], 'inc_r'), tenant: 'rival' },
      ]);
      const beside = async (hop: string, above: readonly string[], subject = 'none') =>
        (await store().standingAlerts([{ tenant, subject, hop, above }])).map(({ id }) => id);
      expect(await beside('a', ['r'])).toEqual(['aside', 'leaf', 'root']);
      expect(await beside('a', [])).toEqual([]);
      expect(await beside('x', ['y'])).toEqual(['other']);
      expect(await beside('nowhere', [])).toEqual([]);
      expect(await beside('nowhere', [], 'tok:1')).toEqual(['aside', 'leaf', 'other', 'root']);
    });

    it('have the alerts that name them', async () => {
      const tenant = 'incident alerts';
      await store().writeAlerts([
        anAlert({ tenant, id: 'a', incidentId: 'inc_1' }),
        anAlert({ tenant, id: 'b', incidentId: 'inc_2' }),
      ]);
      await store().writeAlerts([anAlert({ tenant, id: 'b', incidentId: 'inc_1', version: 2 })]);
      const query = { ...any, tenant, kind: undefined, incidentId: 'inc_1' };
      expect((await store().alerts(query)).items.map(({ id }) => id)).toEqual(['b', 'a']);
    });
  });
}
