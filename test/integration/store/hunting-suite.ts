import { describe, expect, it } from 'vitest';
import { descendantsOf } from '../../../src/domain/blast-radius.ts';
import type { Hop } from '../../../src/domain/chain.ts';
import type { Hunt } from '../../../src/domain/hunting.ts';
import { lineageOf } from '../../../src/domain/lineage-of.ts';
import type { Store } from '../../../src/domain/ports.ts';
import { aChain, aHop, anAction, anAlert, logged, noon } from './rows.ts';

const hour = 3_600_000;
/** Quotes, signs beyond ASCII and half a character come back as they were. */
const hard = 'it’s "so" <b>\ud800';
const token = (name: string) => `tok:["https://issuer.test","${name}"]`;

function tokenHop(tenant: string, name: string, over: Partial<Hop> = {}): Hop {
  const ref = { iss: 'https://issuer.test', jti: name };
  return aHop({ tenant, key: token(name), label: name, token: ref, level: 1, ...over });
}

function aHunt(over: Partial<Hunt> = {}): Hunt {
  return {
    ...{ tenant: 'hunts', owner: 'k1', id: 'hnt_1', name: hard, of: 'actions', atMs: noon, removed: false },
    filters: { system: hard },
    ...over,
  };
}

/** What pages about one credential or one principal, a search and saved hunts read. */
export function huntingSuite(open: () => Store): void {
  describe('what a credential reached', () => {
    const tenant = 'blast';
    it('is counted once, by the newest row of each action, past what is no token', async () => {
      const store = open();
      await store.writeHops([
        tokenHop(tenant, 'root'),
        tokenHop(tenant, 'mid', { parentKey: token('root'), chainId: 'chn_2', level: 4 }),
        aHop({ tenant, key: 'inv:1', kind: 'invocation', token: undefined, parentKey: token('mid') }),
        tokenHop(tenant, 'other', { chainId: 'chn_9' }),
      ]);
      const at = (id: string, hopKey: string, over: object = {}) =>
        anAction({ tenant, id, hopKey, system: 'crm', resource: 'c/1', effect: 'write', ...over });
      await store.writeActions([
        at('a', token('mid'), { effect: 'read' }),
        at('a', token('mid'), { version: 2 }),
        at('b', 'inv:1', { outcome: 'denied', atMs: noon + 5 }),
        at('c', token('root'), { system: 'hr', effect: 'read' }),
        at('moved', token('root')),
        at('moved', token('other'), { version: 2 }),
        at('gone', token('root')),
        at('gone', '', { version: 3 }),
      ]);
      const found = await store.reach(tenant, [token('root')]);
      expect(found.isCut).toBe(false);
      const keys = found.hops.map(({ key }) => key).sort();
      expect(keys).toEqual(['inv:1', token('mid'), token('root')]);
      expect(descendantsOf(lineageOf(tenant, found.hops, false), token('root'))).toMatchObject([
        { by: 'parent', depth: 1, level: 4, parentKey: token('root') },
      ]);
      const none = { reads: 0, writes: 0, others: 0, denied: 0, failed: 0, firstMs: noon, lastMs: noon };
      expect(await store.touchedBelow(tenant, keys)).toEqual([
        { ...none, system: 'crm', resource: 'c/1', writes: 2, denied: 1, lastMs: noon + 5 },
        { ...none, system: 'hr', resource: 'c/1', reads: 1 },
      ]);
      expect(await store.touchedBelow('default', keys)).toEqual([]);
      expect(await store.touchedBelow(tenant, [])).toEqual([]);
    });

    it('names hops by their newest chain, and no hop that left every chain', async () => {
      const store = open();
      await store.writeHops([
        tokenHop(tenant, 'root', { chainId: 'chn_3', version: 2 }),
        tokenHop(tenant, 'left', { version: 1 }),
        tokenHop(tenant, 'left', { chainId: '', version: 2 }),
      ]);
      const found = await store.hopsByKey(tenant, ['root', 'left', 'none'].map(token));
      expect(found.map(({ label, chainId }) => [label, chainId])).toEqual([['root', 'chn_3']]);
      expect(await store.hopsByKey(tenant, [])).toEqual([]);
    });
  });

  describe('what is known of a principal', () => {
    const tenant = 'people';
    const who = 'spiffe://a/"b"';
    const principal = { id: who, kind: 'agent', iss: 'https://issuer.test' } as const;

    it('is its hops from both ends, its hours, its targets, and when it was seen', async () => {
      const store = open();
      await store.writeChains([
        aChain({ tenant, id: 'chn_1', principals: [principal] }),
        aChain({ tenant, id: 'chn_2', principals: [principal], startedMs: noon - hour, lastEventMs: noon }),
        aChain({ tenant, id: 'chn_0', principals: [principal], state: 'merged', mergedInto: 'chn_1' }),
        aChain({ tenant, id: 'chn_3' }),
      ]);
      await store.writeHops([
        tokenHop(tenant, 'held', { to: principal, issuedMs: noon }),
        tokenHop(tenant, 'given', { from: principal, issuedMs: noon + 1 }),
        tokenHop(tenant, 'was', { to: principal }),
        tokenHop(tenant, 'was', { to: { id: 'ann', kind: 'human' }, version: 2 }),
        tokenHop(tenant, 'moved', { to: principal, issuedMs: noon - 1 }),
        tokenHop(tenant, 'moved', { to: principal, chainId: 'chn_2', version: 2, issuedMs: noon - 1 }),
        tokenHop(tenant, 'left', { to: principal }),
        tokenHop(tenant, 'left', { to: principal, chainId: '', version: 2 }),
      ]);
      const found = await store.hopsOfPrincipal(tenant, who);
      expect(found.map(({ label, chainId }) => [label, chainId])).toEqual([
        ['given', 'chn_1'],
        ['held', 'chn_1'],
        ['moved', 'chn_2'],
      ]);
      const act = (id: string, atMs: number, over: object = {}) =>
        anAction({ tenant, id, atMs, actor: principal, ...over });
      await store.writeActions([
        act('1', noon),
        act('2', noon + 1, { effect: 'read', outcome: 'denied' }),
        act('3', noon + hour),
        act('old', noon - 9 * hour),
        act('4', noon, { actor: { id: 'ann', kind: 'human' } }),
      ]);
      expect(await store.activity(tenant, who, noon - hour)).toEqual([
        { atMs: noon, actions: 2, writes: 1, denied: 1 },
        { atMs: noon + hour, actions: 1, writes: 1, denied: 0 },
      ]);
      expect(await store.touchedBy(tenant, who, noon - hour)).toMatchObject([
        { system: 'mail', resource: '', writes: 2, reads: 1, denied: 1, firstMs: noon, lastMs: noon + hour },
      ]);
      expect(await store.presence(tenant, who)).toEqual({
        chains: 2,
        firstMs: noon - hour,
        lastMs: noon + 1000,
      });
      expect(await store.presence(tenant, 'nobody')).toMatchObject({ chains: 0 });
    });

    it('is the alerts about it: as their subject, or by name in a chain that it is in', async () => {
      const store = open();
      const key = 'prn:["https://issuer.test","x"]';
      await store.writeAlerts([
        anAlert({ tenant, id: 'alr_subject', subject: { kind: 'principal', key, label: 'x' }, chainId: '' }),
        anAlert({ tenant, id: 'alr_actor', actor: 'Bot', chainId: 'chn_1', lastAtMs: noon - 1 }),
        anAlert({ tenant, id: 'alr_namesake', actor: 'Bot', chainId: 'chn_3' }),
        anAlert({ tenant, id: 'alr_other', actor: 'Other', chainId: 'chn_1' }),
      ]);
      const all = { tenant, limit: 10, cursor: undefined, state: undefined, kind: undefined };
      const { items } = await store.alerts({
        ...{ ...all, detector: undefined, minSeverity: undefined, chainId: undefined },
        about: { id: who, keys: [key], labels: ['Bot'] },
      });
      expect(items.map(({ id }) => id)).toEqual(['alr_subject', 'alr_actor']);
    });
  });

  describe('hunting', () => {
    const tenant = 'hunting';
    it('finds actions by each of what they are, and a resource by its beginning', async () => {
      const store = open();
      const base = {
        tenant,
        hopKey: 'h',
        system: 'crm',
        resource: 'customers/1',
        txn: 'T1',
        tool: 'crm.get',
      };
      await store.writeActions([
        anAction({ ...base, id: 'a', effect: 'read', outcome: 'denied' }),
        anAction({ ...base, id: 'b', resource: 'customers/2', txn: 'T2', atMs: noon - 1 }),
        anAction({ ...base, id: 'c', system: 'hr', resource: '100%_*', tool: 'hr.get', atMs: noon - 2 }),
      ]);
      const ids = async (over: object) => {
        const any = { tenant, limit: 10, cursor: undefined, chainId: undefined, tokenKey: undefined };
        const query = { ...any, actor: undefined, fromMs: undefined, toMs: undefined, ...over };
        return (await store.actions(query)).items.map(({ id }) => id).join('');
      };
      expect(await ids({ system: 'crm' })).toBe('ab');
      expect(await ids({ resource: 'customers/1' })).toBe('a');
      expect(await ids({ resource: 'customers/*' })).toBe('ab');
      expect(await ids({ resource: '100%_*' })).toBe('c');
      expect(await ids({ resource: '%*' })).toBe('');
      expect(await ids({ tool: 'hr.get' })).toBe('c');
      expect(await ids({ effect: 'read' })).toBe('a');
      expect(await ids({ outcome: 'denied', txn: 'T1' })).toBe('a');
      expect(await ids({ txn: 'T2' })).toBe('b');
      expect(await ids({})).toBe('abc');
    });

    it('finds chains by system, tool, transaction and verdict', async () => {
      const store = open();
      await store.writeChains([
        aChain({ tenant, id: 'chn_a', targets: ['crm/customers/1'], tools: ['t1'], txns: ['X'] }),
        aChain({
          tenant,
          id: 'chn_b',
          targets: ['crm'],
          verdict: 'gap',
          tools: [],
          txns: [],
          lastEventMs: 1,
        }),
        aChain({ tenant, id: 'chn_c', targets: ['crm2'], tools: [], txns: [], lastEventMs: 0 }),
      ]);
      const ids = async (over: object) => {
        const any = { tenant, limit: 10, cursor: undefined, fromMs: undefined, toMs: undefined };
        const none = { principal: undefined, tokenKey: undefined, target: undefined, detector: undefined };
        const query = { ...any, ...none, missing: undefined, ...over };
        return (await store.chains(query)).items.map(({ id }) => id.slice(-1)).join('');
      };
      expect(await ids({ system: 'crm' })).toBe('ab');
      expect(await ids({ tool: 't1' })).toBe('a');
      expect(await ids({ txn: 'X' })).toBe('a');
      expect(await ids({ verdict: 'gap' })).toBe('b');
      expect(await ids({ verdict: 'gap', tool: 't1' })).toBe('');
    });

    it('finds what bears a name', async () => {
      const store = open();
      await store.writeHops([tokenHop(tenant, 'jti "x"'), tokenHop(tenant, 'gone', { chainId: '' })]);
      expect(await store.named(tenant, 'jti "x"')).toEqual({
        ...{ tokenKeys: [token('jti "x"')], chainIds: [], isPrincipal: false },
      });
      expect(await store.named(tenant, 'X')).toMatchObject({ tokenKeys: [], chainIds: ['chn_a'] });
      expect(await store.named(tenant, 'ann')).toMatchObject({ isPrincipal: true });
      const nothing = { tokenKeys: [], chainIds: [], isPrincipal: false };
      for (const text of ['gone', "' OR 1 = 1 --", '%', '']) {
        expect(await store.named(tenant, text)).toEqual(nothing);
      }
      expect(await store.named('rival', 'X')).toEqual(nothing);
    });

    it('tells what was said about approvals under a transaction, oldest first and each once', async () => {
      const store = open();
      const seq = (await store.lastSeq()) + 1;
      const boss = { id: 'boss', kind: 'human', name: hard.slice(0, -1) } as const;
      const said = { v: 1 as const, approvalId: 'apr-1', binds: [], txn: 'TX' };
      const granted = {
        ...said,
        type: 'approval.granted' as const,
        approver: boss,
        exp: noon / 1000,
        maxUses: 2,
      };
      await store.appendEvents([
        logged(seq, { tenant, timeMs: noon, data: granted }),
        logged(seq + 1, { tenant, timeMs: noon - 1, data: { ...said, type: 'approval.requested' } }),
        logged(seq + 2, { tenant, timeMs: noon, data: { ...granted, txn: 'other' } }),
      ]);
      const query = { tenant, txns: ['TX'], fromMs: noon - hour, toMs: noon + hour };
      expect(await store.approvals(query)).toEqual([
        expect.objectContaining({ id: 'apr-1', verb: 'requested', atMs: noon - 1, approver: undefined }),
        expect.objectContaining({ verb: 'granted', approver: boss, untilMs: noon, maxUses: 2, txn: 'TX' }),
      ]);
      expect(await store.approvals({ ...query, fromMs: noon + 1 })).toEqual([]);
      expect(await store.approvals({ ...query, txns: [] })).toEqual([]);
    });
  });

  it('keeps hunts of each person, by name, until they are removed', async () => {
    const store = open();
    const other = aHunt({ id: 'hnt_2', name: 'a', of: 'chains', filters: {} });
    for (const hunt of [aHunt(), other, aHunt({ owner: 'k2' }), aHunt({ tenant: 'rival' }), other])
      await store.writeHunt(hunt);
    expect(await store.hunts('hunts', 'k1')).toEqual([other, aHunt()]);
    await store.writeHunt(aHunt({ removed: true, atMs: noon + 1 }));
    expect(await store.hunts('hunts', 'k1')).toEqual([other]);
    await store.writeHunt(aHunt({ atMs: noon + 2, filters: { txn: 'x' } }));
    expect(await store.hunts('hunts', 'k1')).toEqual([
      other,
      aHunt({ atMs: noon + 2, filters: { txn: 'x' } }),
    ]);
  });
}
