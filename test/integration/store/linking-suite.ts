import { describe, expect, it } from 'vitest';
import type { Store } from '../../../src/domain/ports.ts';
import { aChain, anAction, anAlert, anAlertAction, logged, noon } from './rows.ts';

const page = { limit: 100, cursor: undefined, chainId: undefined };
const anyAction = (tenant: string) => ({
  ...page,
  tenant,
  tokenKey: undefined,
  actor: undefined,
  fromMs: undefined,
  toMs: undefined,
});
const anyAlert = (tenant: string) => ({
  ...page,
  tenant,
  state: undefined,
  kind: undefined,
  detector: undefined,
  minSeverity: undefined,
});

/** How the store shows what is linked otherwise than it was. */
export function linkingSuite(store: () => Store): void {
  describe('what is linked otherwise', () => {
    it('shows no action that turned out to be none', async () => {
      const tenant = 'several';
      await store().writeActions([anAction({ tenant, id: 'both', version: 1 })]);
      await store().writeActions([
        anAction({ tenant, id: 'both', hopKey: '', version: 2 }),
        anAction({ tenant, id: 'first', version: 2 }),
        anAction({ tenant, id: 'second', version: 2 }),
      ]);
      const { items } = await store().actions(anyAction(tenant));
      expect(items.map((action) => action.id)).toEqual(['second', 'first']);
    });

    it('carry on under another id, whatever people did before', async () => {
      const tenant = 'carried on';
      await store().writeAlerts([anAlert({ tenant, id: 'alr_old' })]);
      await store().writeAlertAction(anAlertAction({ tenant, alertId: 'alr_old', id: 'a1', atMs: noon + 1 }));
      await store().writeAlerts([anAlert({ tenant, id: 'alr_old', version: 2, mergedInto: 'alr_new' })]);
      expect(await store().alert(tenant, 'alr_old')).toMatchObject({
        state: 'merged',
        mergedInto: 'alr_new',
      });
      expect((await store().alerts({ ...anyAlert(tenant), state: 'merged' })).items).toHaveLength(1);
      expect((await store().alerts({ ...anyAlert(tenant), state: 'open' })).items).toEqual([]);
    });

    it('names chains with the same trace or correlation id, and joins nothing by them', async () => {
      const tenant = 'traced';
      const event = (seq: number, jti: string, attributes: object) => {
        const token = { iss: 'https://issuer.test', jti };
        const data = { ...logged(seq).event.data, token } as ReturnType<typeof logged>['event']['data'];
        const text = JSON.stringify({ id: `event-${seq}`, ...attributes, data });
        return logged(seq, { tenant, data, text, digest: `digest-${seq}` });
      };
      const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
      const sameTrace = '00-4bf92f3577b34da6a3ce929d0e0e4736-b9c7c989f97918e1-01';
      await store().appendEvents([
        event(9_001, 'a', { traceparent, correlationid: 'order-7' }),
        event(9_002, 'b', { traceparent: sameTrace }),
        event(9_003, 'c', { correlationid: 'order-7' }),
        event(9_004, 'd', { traceparent: '00-0000000000000000000000000000000f-b9c7c989f97918e1-01' }),
        event(9_005, 'e', {}),
      ]);
      const chainOf = (jti: string) =>
        aChain({ tenant, id: `chn_${jti}`, txns: [], tokenKeys: [`tok:["https://issuer.test","${jti}"]`] });
      await store().writeChains(['a', 'b', 'c', 'd', 'e'].map(chainOf));
      const found = await store().crossReferences(chainOf('a'), []);
      expect(found.toSorted((a, b) => (a.chainId < b.chainId ? -1 : 1))).toEqual([
        { chainId: 'chn_b', level: 5, by: 'traceparent' },
        { chainId: 'chn_c', level: 5, by: 'correlationid' },
      ]);
      expect(await store().crossReferences(chainOf('e'), [])).toEqual([]);
      expect(await store().crossReferences({ ...chainOf('e'), tokenKeys: [] }, ['event-9002'])).toHaveLength(
        2,
      );
    });
  });
}
