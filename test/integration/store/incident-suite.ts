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

    it('are listed by severity, the newest first within one, page by page', async () => {
      const tenant = 'incidents by severity';
      await store().writeIncidents([
        anIncident({ tenant, id: 'a', severity: 'low', lastAtMs: noon + 9 }),
        anIncident({ tenant, id: 'b', severity: 'critical', lastAtMs: noon }),
        anIncident({ tenant, id: 'c', severity: 'critical', lastAtMs: noon + 1 }),
        anIncident({ tenant, id: 'd', severity: 'critical', lastAtMs: noon + 1 }),
        anIncident({ tenant, id: 'e', severity: 'info', lastAtMs: noon }),
      ]);
      const seen: string[] = [];
      for (let cursor: string | undefined, more = true; more; ) {
        const page = await store().incidents({ ...any, tenant, order: 'severity', limit: 2, cursor });
        seen.push(...page.items.map(({ id }) => id));
        cursor = page.next;
        more = cursor !== undefined;
      }
      expect(seen).toEqual(['d', 'c', 'b', 'a', 'e']);
    });

    it('are as far handled as the least handled of their alerts that page', async () => {
      const tenant = 'handled incidents';
      await store().writeIncidents(['a', 'b', 'c', 'd'].map((id) => anIncident({ tenant, id })));
      const part = (id: string, incidentId: string, over = {}) =>
        anAlert({ tenant, id, incidentId, ...over });
      await store().writeAlerts([
        part('a1', 'a'),
        part('a2', 'a'),
        part('b1', 'b'),
        part('b2', 'b'),
        part('c1', 'c'),
        part('c2', 'c', { kind: 'signal' }),
      ]);
      const said = (alertId: string, state: 'acknowledged' | 'closed', assignee = '') =>
        store().writeAlertAction({
          ...{ tenant, alertId, id: `${alertId}-1`, atMs: noon, by: 'olga' },
          ...{ verb: state === 'closed' ? 'close' : 'acknowledge', state, assignee, reason: '', note: '' },
        });
      await said('a1', 'acknowledged', 'olga');
      await said('b1', 'acknowledged', 'nils');
      await said('b2', 'closed', 'gone');
      await said('c1', 'closed');
      const handled = await store().incidentHandling(tenant, ['a', 'b', 'c', 'd']);
      expect([...handled].sort((a, b) => (a.incidentId < b.incidentId ? -1 : 1))).toEqual([
        { incidentId: 'a', state: 'open', assignees: ['olga'] },
        { incidentId: 'b', state: 'acknowledged', assignees: ['nils'] },
        { incidentId: 'c', state: 'closed', assignees: [] },
      ]);
      const found = async (handling: 'open' | 'acknowledged' | 'closed' | 'unclosed') =>
        (await store().incidents({ ...any, tenant, handling })).items.map(({ id }) => id);
      expect(await found('open')).toEqual(['a']);
      expect(await found('acknowledged')).toEqual(['b']);
      expect(await found('closed')).toEqual(['c']);
      expect(await found('unclosed')).toEqual(['b', 'a']);
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

    it('have alerts that are found by actor and by subject', async () => {
      const tenant = 'similar alerts';
      const subject = { kind: 'token', key: 'tok:other', label: 'other' } as const;
      await store().writeAlerts([
        anAlert({ tenant, id: 'a', actor: 'mail-bot' }),
        anAlert({ tenant, id: 'b', actor: 'someone', subject }),
      ]);
      const found = async (filter: object) =>
        (await store().alerts({ ...any, tenant, kind: undefined, ...filter })).items.map(({ id }) => id);
      expect(await found({ actor: 'mail-bot' })).toEqual(['a']);
      expect(await found({ subject: 'tok:other' })).toEqual(['b']);
      expect(await found({ actor: 'mail-bot', subject: 'tok:other' })).toEqual([]);
    });
  });
}
