import { beforeAll, describe, expect, it } from 'vitest';
import type { Store } from '../../../src/domain/ports.ts';
import type { Database } from '../../../src/store/database.ts';
import { aChain, anAlert, noon } from './rows.ts';

const END = Number.MAX_SAFE_INTEGER;

/** What an engine takes up again after a start: what was unsettled, and what it noted beside the log. */
export function resumeSuite(opened: () => { readonly store: Store; readonly database: Database }): void {
  let store: Store;
  beforeAll(() => {
    store = opened().store;
  });

  describe('what is unsettled', () => {
    const of = async (tenant: string, sinceMs: number, afterSeq = END) =>
      (await store.unsettled(sinceMs, afterSeq))
        .filter((entry) => entry.tenant === tenant)
        .map(({ key }) => key)
        .sort();

    it('is the subjects of alerts that still may change', async () => {
      const tenant = 'unsettled alerts';
      const provisional = { tenant, settled: false };
      const about = (
        id: string,
        kind: 'token' | 'chain' | 'principal' | 'source',
        key = `${kind} ${id}`,
      ) => ({
        id,
        subject: { kind, key, label: key },
      });
      await store.writeAlerts([
        anAlert({ ...provisional, ...about('1', 'token') }),
        anAlert({ ...provisional, ...about('2', 'chain', '😀') }),
        anAlert({ ...provisional, ...about('3', 'principal') }),
        anAlert({ ...provisional, ...about('4', 'source') }),
        anAlert({ ...provisional, ...about('5', 'token'), withdrawn: true }),
        anAlert({ ...provisional, ...about('6', 'token'), settled: true }),
        anAlert({ ...provisional, ...about('7', 'token') }),
        anAlert({ ...provisional, ...about('8', 'token', 'token 1') }),
      ]);
      await store.writeAlerts([anAlert({ tenant, ...about('7', 'token'), settled: true, version: 2 })]);
      expect(await of(tenant, Number.POSITIVE_INFINITY)).toEqual(['token 1', '😀']);
    });

    it('is also the chains in which such alerts were found', async () => {
      const tenant = 'unsettled places';
      const key = 'a standing credential';
      await store.writeChains([aChain({ tenant, id: 'chn_used', rootKey: 'ses:a day of it' })]);
      await store.writeAlerts([
        anAlert({ tenant, settled: false, chainId: 'chn_used', subject: { kind: 'token', key, label: '' } }),
      ]);
      expect(await of(tenant, END)).toEqual([key, 'ses:a day of it']);
    });

    it('is also the subjects of alerts that a batch without an end wrote', async () => {
      const tenant = 'unsettled batch';
      await store.writeAlerts([
        anAlert({ tenant, id: '1', version: 4, subject: { kind: 'token', key: 'before', label: '' } }),
        anAlert({ tenant, id: '2', version: 5, subject: { kind: 'token', key: 'after', label: '' } }),
        anAlert({
          tenant,
          id: '3',
          version: 5,
          withdrawn: true,
          subject: { kind: 'chain', key: 'gone', label: '' },
        }),
      ]);
      expect(await of(tenant, END, 4)).toEqual(['after', 'gone']);
      expect(await of(tenant, END, 5)).toEqual([]);
    });

    it('is the credentials of open chains whose issuer has not spoken', async () => {
      const tenant = 'unsettled chains';
      const lacking = { request: true, authority: false, context: true, impact: true };
      const chain = (id: string, over: object = {}) =>
        aChain({
          tenant,
          id,
          rootKey: `root ${id}`,
          tokenKeys: [`root ${id}`, `tok ${id}`],
          completeness: lacking,
          lastEventMs: noon,
          ...over,
        });
      await store.writeChains([
        chain('a'),
        chain('b', { completeness: { ...lacking, authority: true } }),
        chain('c', { state: 'merged', mergedInto: 'a' }),
        chain('d', { state: 'closed' }),
        chain('e', { lastEventMs: noon - 1 }),
        chain('f', { lastEventMs: 0, tokenKeys: [] }),
        chain('g', { version: 1 }),
      ]);
      await store.writeChains([chain('g', { version: 2, completeness: { ...lacking, authority: true } })]);
      expect(await of(tenant, noon - 1)).toEqual(['root a', 'tok a']);
      expect(await of(tenant, noon)).toEqual([]);
      expect(await of(tenant, Number.NEGATIVE_INFINITY)).toEqual([
        'root a',
        'root e',
        'root f',
        'tok a',
        'tok e',
      ]);
    });

    it('is told to the end, whatever the number', async () => {
      const tenant = 'unsettled many';
      const ids = Array.from({ length: 10_001 }, (_, i) => `alr_${i}`);
      await store.writeAlerts(
        ids.map((id) =>
          anAlert({ tenant, id, settled: false, subject: { kind: 'token', key: id, label: id } }),
        ),
      );
      expect(await of(tenant, END)).toEqual(ids.sort());
    });
  });

  describe('the state of the engine', () => {
    const state = async (prefix: string) =>
      (await store.readState())
        .filter(({ key }) => key.startsWith(prefix))
        .sort((a, b) => (a.key < b.key ? -1 : 1));

    it('is the newest of every part, whichever was written last, without what is gone', async () => {
      await store.writeState([
        { key: 'newest a', seq: 5, body: '{"n":5}' },
        { key: 'newest b', seq: 5, body: '{"n":5}' },
        { key: 'newest c', seq: 5, body: '{"n":5}' },
        { key: 'newest d', seq: 5, body: '' },
      ]);
      await store.writeState([
        { key: 'newest a', seq: 4, body: '{"n":4}' },
        { key: 'newest b', seq: 6, body: '{"n":6}' },
        { key: 'newest c', seq: 6, body: '' },
        { key: 'newest d', seq: 6, body: '[]' },
      ]);
      const expected = [
        { key: 'newest a', seq: 5, body: '{"n":5}' },
        { key: 'newest b', seq: 6, body: '{"n":6}' },
        { key: 'newest d', seq: 6, body: '[]' },
      ];
      expect(await state('newest')).toEqual(expected);
      await opened().database.run('OPTIMIZE TABLE engine_state FINAL');
      expect(await state('newest')).toEqual(expected);
    });

    it('comes back whole, whatever its keys and its size', async () => {
      const rows = Array.from({ length: 10_500 }, (_, i) => ({
        key: `whole ${String(i).padStart(5, '0')} \ud800'"\\\n😀`,
        seq: Number.MAX_SAFE_INTEGER - i,
        body: JSON.stringify({ i, text: '\ud800"\\' }),
      }));
      await store.writeState(rows);
      await store.writeState(rows.slice(0, 10));
      expect(await state('whole')).toEqual(rows);
    });
  });
}
