import { describe, expect, it } from 'vitest';
import { createAuditWriter } from '../../../src/audit/index.ts';
import { AUDIT_GENESIS, type AuditEntry, chainAudit } from '../../../src/domain/audit.ts';
import { walkAudit } from '../../../src/domain/audit-check.ts';
import type { Store } from '../../../src/domain/ports.ts';
import { aDraft } from '../../unit/audit/memory.ts';
import { aChain, aResponse, logged, noon } from './rows.ts';

/** How the store keeps the audit, and what an evidence pack is made of. */
export function auditSuite(store: () => Store): void {
  const writerOf = (writer: string) =>
    createAuditWriter({ store: store(), writer, freshName: () => 'w_fork', onFork: () => undefined });

  describe('the audit', () => {
    it('is a chain that a later process goes on with, each entry once and exactly as it was', async () => {
      const tenant = 'audited';
      const drafts = Array.from({ length: 12 }, (_, i) =>
        aDraft(`aud_${i}`, { tenant, atMs: noon + i, body: { text: `it’s "${i}"\ud800`, n: [1.5, null] } }),
      );
      await writerOf('w_1').append(drafts.slice(0, 7));
      await writerOf('w_1').append(drafts.slice(5));
      const chain = await store().auditChain(tenant, 'w_1', 0, 100);
      expect(chain).toEqual(chainAudit({ writer: 'w_1', seq: 0, hash: AUDIT_GENESIS }, drafts));
      expect(walkAudit('w_1', chain).faults).toEqual([]);
      const behind = await store().auditChain(tenant, 'w_1', 9, 2);
      expect(behind.map(({ seq }) => seq)).toEqual([10, 11]);
      const { seq, hash, atMs } = chain.at(-1) as AuditEntry;
      expect(await store().auditHeads(tenant)).toEqual([{ tenant, writer: 'w_1', seq, hash, atMs }]);
      expect(await store().auditHeads('somebody else')).toEqual([]);
      expect(await store().auditHeads(tenant, 'w_1')).toEqual([{ tenant, writer: 'w_1', seq, hash, atMs }]);
      expect(await store().auditHeads(tenant, 'w_0')).toEqual([]);
      const links = await store().auditLinks(tenant, 'w_1', 0, 100);
      expect(walkAudit('w_1', links).hashes.get(12)).toBe(hash);
    });

    it('shows two entries that claim one place', async () => {
      const tenant = 'forked audit';
      const start = { writer: 'w_1', seq: 0, hash: AUDIT_GENESIS };
      const [one] = chainAudit(start, [aDraft('aud_a', { tenant })]);
      const [two] = chainAudit(start, [aDraft('aud_b', { tenant })]);
      await store().writeAudit([one as AuditEntry, one as AuditEntry]);
      await store().writeAudit([two as AuditEntry]);
      expect(await store().auditHeads(tenant)).toHaveLength(2);
      expect(await store().auditHeads(tenant, 'w_1')).toHaveLength(2);
      expect(await store().auditChain(tenant, 'w_1', 0, 9)).toHaveLength(2);
      expect([...(await store().knownAudit(tenant, ['aud_a', 'aud_b', 'aud_c']))].sort()).toEqual([
        'aud_a',
        'aud_b',
      ]);
    });

    it('is listed latest first, by kind and by what it concerns, page by page', async () => {
      const tenant = 'audit list';
      await store().writeChains([
        aChain({ tenant, id: 'chn_old', state: 'merged', mergedInto: 'chn_new' }),
        aChain({ tenant, id: 'chn_new' }),
      ]);
      await writerOf('w_2').append([
        // Of one millisecond, the later in the chain is the later.
        aDraft('a', { tenant, atMs: noon + 1, kind: 'plan.made', subjectId: 'pln_1', about: ['chn_old'] }),
        aDraft('b', { tenant, atMs: noon + 1, subjectId: 'rsp_1', about: ['pln_1'] }),
        aDraft('c', { tenant, atMs: noon + 2, kind: 'mode.changed', subjectId: 'scope-creep', about: [] }),
      ]);
      const found = async (over: object) =>
        (
          await store().auditEntries({
            tenant,
            limit: 9,
            cursor: undefined,
            kind: undefined,
            subject: undefined,
            ...over,
          })
        ).items.map(({ id }) => id);
      expect(await found({})).toEqual(['c', 'b', 'a']);
      expect(await found({ kind: 'mode.changed' })).toEqual(['c']);
      expect(await found({ subject: 'pln_1' })).toEqual(['b', 'a']);
      const of = { tenant, kind: undefined, subject: undefined, limit: 2 };
      const first = await store().auditEntries({ ...of, cursor: undefined });
      const second = await store().auditEntries({ ...of, cursor: first.next });
      expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(['c', 'b', 'a']);
      expect(second.next).toBeUndefined();
      const about = (ids: readonly string[]) =>
        store().auditAbout(tenant, { chainId: 'chn_new', ids, limit: 9 });
      expect((await about([])).map(({ id }) => id)).toEqual(['a']);
      expect((await about(['rsp_1'])).map(({ id }) => id)).toEqual(['a', 'b']);
    });
  });

  describe('evidence', () => {
    it('finds the events of a chain by token, transaction and name, each content once', async () => {
      const tenant = 'evidence';
      const at = (seq: number, id: string, data: object) =>
        logged(9_000_000 + seq, {
          tenant,
          id,
          timeMs: noon + seq,
          data: {
            v: 1,
            type: 'tool.invoked',
            callId: id,
            actor: { id: 'a', kind: 'agent' },
            tool: { name: 't' },
            ...data,
          },
        });
      const named = at(1, 'named', {});
      const byToken = at(2, 'token', { token: { iss: 'i', jti: 'j' } });
      const byTxn = at(3, 'txn', { txn: 'txn-9' });
      await store().appendEvents([byTxn, byToken, named, at(4, 'other', {}), { ...byTxn, seq: 9_000_009 }]);
      const query = {
        tenant,
        fromMs: noon,
        toMs: noon + 9,
        tokenKeys: ['tok:["i","j"]'],
        txns: ['txn-9'],
        eventIds: ['txn'],
        limit: 9,
      };
      const found = await store().chainEvents({ ...query, eventIds: ['named'] });
      expect(found.map(({ id }) => id)).toEqual(['named', 'token', 'txn']);
      const { source, id, timeMs, digest, text, origin } = byToken.event;
      const { publisher, issuerBound } = origin;
      expect(found[1]).toEqual({ source, id, timeMs, digest, publisher, issuerBound, text });
      expect((await store().chainEvents({ ...query, limit: 1 })).map((event) => event.id)).toEqual(['txn']);
      expect(await store().chainEvents({ ...query, tenant: 'default' })).toEqual([]);
    });

    it('has every row of every response to a chain, under whichever of its ids', async () => {
      const tenant = 'evidence responses';
      await store().writeChains([aChain({ tenant, id: 'one', state: 'merged', mergedInto: 'two' })]);
      await store().writeChains([aChain({ tenant, id: 'two' })]);
      const row = aResponse({ tenant, id: 'rsp_1', chainId: 'one', state: 'requested', atMs: noon });
      await store().writeResponses([{ ...row, state: 'accepted', chainId: 'two', atMs: noon + 1 }, row]);
      const states = (await store().chainResponses(tenant, 'one', 9)).map(({ state }) => state);
      expect(states).toEqual(['requested', 'accepted']);
      expect(await store().chainResponses(tenant, 'one', 1)).toHaveLength(1);
    });
  });
}
