import { describe, expect, it } from 'vitest';
import type { Store } from '../../../src/domain/ports.ts';
import { anEntry, noon } from './rows.ts';

/** What both engines must do with messages that leave. */
export function outboxSuite(store: () => Store): void {
  describe('messages', () => {
    it('keeps a message pending until a later version says otherwise', async () => {
      const tenant = 'outbox';
      const mine = async () => (await store().pendingOutbox()).filter((entry) => entry.tenant === tenant);
      await store().writeOutbox([
        anEntry({ tenant, id: 'm1', nextAttemptMs: noon + 2 }),
        anEntry({ tenant, id: 'm2', nextAttemptMs: noon + 1 }),
        anEntry({ tenant, id: 'm2', nextAttemptMs: noon + 3, endpoint: 'second' }),
      ]);
      expect((await mine()).map((entry) => [entry.id, entry.endpoint])).toEqual([
        ['m2', 'soc'],
        ['m1', 'soc'],
        ['m2', 'second'],
      ]);
      await store().writeOutbox([anEntry({ tenant, id: 'm1', version: 2, state: 'delivered' })]);
      await store().writeOutbox([anEntry({ tenant, id: 'm1', version: 1 })]);
      expect((await mine()).map((entry) => entry.id)).toEqual(['m2', 'm2']);
      expect((await store().findOutbox(tenant, ['m1'])).map((entry) => entry.state)).toEqual(['delivered']);
      expect(await store().findOutbox('default', ['m1'])).toEqual([]);
    });

    it('answers of messages that leave in order the oldest of each channel, and every other one', async () => {
      const tenant = 'orders';
      const about = (id: string, over: Parameters<typeof anEntry>[0] = {}) =>
        anEntry({ tenant, id, orderKey: "k'1", endpoint: 'ordered', ...over });
      const waiting = async (orderKeys?: readonly string[]) =>
        (
          await store().pendingOutbox({ endpoint: 'ordered', limit: 10, ...(orderKeys && { orderKeys }) })
        ).map((entry) => `${entry.tenant} ${entry.id}`);
      await store().writeOutbox([
        about('first', { createdMs: noon, nextAttemptMs: noon + 9_000 }),
        about('second', { createdMs: noon + 1 }),
        about('else', { endpoint: 'another', createdMs: noon + 2 }),
        about('foreign', { tenant: 'orders-2', createdMs: noon + 3, nextAttemptMs: noon + 4_000 }),
        about('free', { orderKey: '', createdMs: noon + 4 }),
        about('free2', { orderKey: '', createdMs: noon + 5, nextAttemptMs: noon + 1 }),
      ]);
      expect(await waiting()).toEqual(['orders free', 'orders free2', 'orders-2 foreign', 'orders first']);
      expect(await waiting(["k'1"])).toEqual(['orders-2 foreign', 'orders first']);
      await store().writeOutbox([about('first', { createdMs: noon, version: 2, state: 'dead' })]);
      expect(await waiting(["k'1", 'unknown'])).toEqual(['orders second', 'orders-2 foreign']);
    });

    it('lists messages latest first, by state, channel and order', async () => {
      const tenant = 'deliveries';
      const list = async (of: object, limit = 10, cursor?: string) => {
        const query = { tenant, limit, cursor, state: undefined, endpoint: undefined, ...of };
        return store().deliveries(query);
      };
      const ids = async (of: object) => (await list(of)).items.map(({ id }) => id);
      await store().writeOutbox([
        anEntry({ tenant, id: 'a', createdMs: noon, orderKey: 'k' }),
        anEntry({
          tenant,
          id: 'b',
          createdMs: noon + 1,
          state: 'dead',
          endpoint: 'idp',
          lastError: 'HTTP 410',
        }),
        anEntry({ tenant, id: 'c', createdMs: noon + 2, state: 'dead' }),
      ]);
      await store().writeOutbox([
        anEntry({ tenant, id: 'a', createdMs: noon, orderKey: 'k', version: 2, state: 'delivered' }),
      ]);
      expect(await ids({})).toEqual(['c', 'b', 'a']);
      expect(await ids({ state: 'dead' })).toEqual(['c', 'b']);
      expect(await ids({ state: 'dead', endpoint: 'idp' })).toEqual(['b']);
      expect(await ids({ orderKey: 'k', state: 'delivered' })).toEqual(['a']);
      const first = await list({ state: 'dead' }, 1);
      const rest = await list({ state: 'dead' }, 1, first.next);
      expect([first.items[0]?.id, rest.items[0]?.id, rest.next]).toEqual(['c', 'b', undefined]);
      expect(first.items[0]).toEqual(anEntry({ tenant, id: 'c', createdMs: noon + 2, state: 'dead' }));
    });
  });
}
