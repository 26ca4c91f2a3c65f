import { generateKeyPairSync, sign } from 'node:crypto';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { AuditEntry } from '../../../src/domain/audit.ts';
import type { ChainEvent } from '../../../src/domain/evidence.ts';
import { EVIDENCE_ACTIONS_MAX, EVIDENCE_CHAIN_CHARS_MAX, PAGE_ROWS_MAX } from '../../../src/domain/limits.ts';
import { checkEvidence, evidenceKey } from '../../../src/evidence/index.ts';
import { sealEvidence } from '../../../src/evidence/seal.ts';
import { anAction } from '../../integration/store/rows.ts';
import { anEvent, aPack, privateKey, publicKey, sources } from './support.ts';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const key = evidenceKey(publicKey);
const pinned = { key, heads: [] };
const unpinned = { key: undefined, heads: [] };

describe('an evidence pack', () => {
  let pack: Awaited<ReturnType<typeof aPack>>;
  beforeAll(async () => {
    pack = await aPack();
  });

  it('tells alert, action, decision, proof and evidence in one record', () => {
    expect(pack.parts['about']).toMatchObject({ chainId: 'chn_1', asked: 'chn_old', version: '0.0.0-test' });
    const record = pack.parts['record'] as {
      alerts: [{ responses: object[]; audit: string[]; actions: string[] }];
    };
    const [told] = record.alerts;
    const { digest } = anEvent('event-1');
    expect(told).toMatchObject({ alertId: 'alr_1', actions: ['act_1'], writes: ['act_1'], events: [digest] });
    expect(told.audit).toHaveLength(5);
    expect(told.responses).toMatchObject([
      {
        responseId: 'rsp_1',
        states: [{ state: 'requested' }, { state: 'accepted' }, { state: 'confirmed' }],
        decisions: [{ verb: 'approve', by: 'ann' }],
        alertToAttemptMs: 3_500,
        alertToConfirmationMs: 5_000,
      },
    ]);
    expect(pack.parts['writes']).toEqual([{ actionId: 'act_1', effect: 'write', alertIds: ['alr_1'] }]);
    // Others' entries are there as digests only, so that the chain of the audit can be followed to its end.
    const audit = pack.parts['audit'] as { links: { seq: number }[]; heads: { seq: number }[] };
    expect(audit.links.map(({ seq }) => seq)).toEqual([3, 8]);
    expect(audit.heads).toMatchObject([{ writer: 'w_1', seq: 8 }]);
    expect(JSON.stringify(pack)).not.toContain('elsewhere');
  });

  it('is whole as it was made, and as JSON brings it back', () => {
    const text = JSON.stringify(pack, null, 2);
    expect(checkEvidence(JSON.parse(text), pinned)).toEqual({
      faults: [],
      notes: [],
      counts: { parts: 16, events: 2, 'audit entries': 5 },
    });
    expect(checkEvidence(JSON.parse(text), unpinned).notes).toEqual([
      `signed by ${key.fingerprint}: compare that with the service's key, or give it with --key`,
    ]);
  });

  it('shows any single change anywhere in it, whoever signed it', () => {
    const paths = pathsOf(pack as unknown as Json);
    expect(paths.length).toBeGreaterThan(300);
    fc.assert(
      fc.property(fc.constantFrom(...paths), fc.constantFrom(...changes), (path, change) => {
        const changed = structuredClone(pack) as unknown as Json;
        if (!change(changed, path)) return;
        expect(checkEvidence(changed, unpinned).faults).not.toEqual([]);
      }),
      { numRuns: 400 },
    );
  });

  it('shows every change of the seal itself', () => {
    const ofSeal = pathsOf(pack as unknown as Json).filter(([top]) => top !== 'parts');
    expect(ofSeal.length).toBeGreaterThan(20);
    for (const path of ofSeal) {
      for (const change of changes) {
        const changed = structuredClone(pack) as unknown as Json;
        if (change(changed, path))
          expect(checkEvidence(changed, unpinned).faults, path.join('.')).not.toEqual([]);
      }
    }
    const other = generateKeyPairSync('ed25519').privateKey;
    const value = sign(null, Buffer.from('something else'), privateKey).toString('base64');
    for (const signature of [sealEvidence(pack.parts, other).signature, { ...pack.signature, value }]) {
      const { faults } = checkEvidence({ ...pack, signature }, unpinned);
      expect(faults).toEqual([expect.stringMatching(/^signature: it/)]);
    }
  });

  it('shows an audit whose end is not where its entries lead, whoever sealed it', () => {
    const audit = pack.parts['audit'] as { heads: object[] };
    const [head] = audit.heads;
    const faultsOf = (heads: object[]) =>
      checkEvidence(sealEvidence({ ...pack.parts, audit: { ...audit, heads } }, privateKey), pinned).faults;
    expect(faultsOf([{ ...head, hash: 'f'.repeat(64) }])).toEqual([
      'parts.audit (w_1, entry 8): another entry stands here than when the head was taken',
    ]);
    expect(faultsOf([{ ...head, seq: 9 }])).toEqual([
      'parts.audit (w_1, entry 9): the chain ends at 8: what the head saw is cut off',
    ]);
    expect(faultsOf([])).toEqual(['parts.audit (w_1, entry 0): its end is missing']);
  });

  it('shows a forgery that is consistent in itself, by the pinned key and by an end of the audit', async () => {
    const forged = await aPack({ key: generateKeyPairSync('ed25519').privateKey });
    expect(checkEvidence(forged, unpinned).faults).toEqual([]);
    expect(checkEvidence(forged, pinned).faults.join()).toContain('signature: it was to be signed by');
    const unsigned = { ...pack, manifest: { ...pack.manifest, key: '' }, signature: undefined };
    expect(checkEvidence(unsigned, pinned).faults.join()).toContain('and is by nobody');
    const head = { writer: 'w_1', seq: 6, hash: 'f'.repeat(64) };
    expect(checkEvidence(pack, { key, heads: [head] }).faults).toEqual([
      'parts.audit (w_1, entry 6): another entry stands here than when the head was taken',
    ]);
    expect(checkEvidence(pack, { key, heads: [{ ...head, seq: 99 }] }).faults).toEqual([]);
  });

  it('shows what was changed before it was sealed', async () => {
    const store = await sources();
    const event = anEvent('event-1');
    const audit = await store.auditAbout('default', { chainId: 'chn_1', ids: [], limit: 9 });
    const [first, second, ...others] = audit as [AuditEntry, AuditEntry, AuditEntry];
    const links = await store.auditLinks('default', 'w_1', 0, 9);
    const faultsOf = async (over: Partial<typeof store>) =>
      checkEvidence(await aPack({ store: { ...store, ...over } }), pinned).faults;
    const events = (...list: ChainEvent[]) => faultsOf({ chainEvents: async () => list });
    expect(await events({ ...event, text: `${event.text} ` })).toEqual([
      'parts.events.0 (event-1): its digest is not of its text',
    ]);
    expect(await events(event, { ...event, id: 'event-2' })).toEqual([
      'parts.events.1 (event-2): its text is of another event',
    ]);
    expect(
      await faultsOf({ auditAbout: async () => [first, { ...second, actor: 'mallory' }, ...others] }),
    ).toEqual(['parts.audit (w_1, entry 4): its content is not what its hash was made of']);
    expect(await faultsOf({ auditLinks: async () => links.filter(({ seq }) => seq > 3) })).toEqual([
      'parts.audit (w_1, entry 4): it follows entry 2: some are missing',
    ]);
    const forged = links.map((link) => (link.seq === 3 ? { ...link, digest: 'f'.repeat(64) } : link));
    expect(await faultsOf({ auditLinks: async () => forged.filter(({ seq }) => seq > 1) })).toEqual([
      'parts.audit (w_1, entry 4): it does not follow the entry before it',
    ]);
    const foreign = audit.map((entry) => ({ ...entry, tenant: 'rival' }));
    expect((await faultsOf({ auditAbout: async () => foreign })).join()).toContain('it is of another tenant');
  });

  it('says what it leaves out, and keeps what alerts rest on', async () => {
    const store = await sources();
    const big = (id: string) => ({ ...anEvent(id), text: 'x'.repeat(EVIDENCE_CHAIN_CHARS_MAX / 2) });
    const many = Array.from({ length: PAGE_ROWS_MAX }, (_, i) => anAction({ id: `act_${i}` }));
    const cut = await aPack({
      store: {
        ...store,
        actions: async () => ({ items: many, next: 'more' }),
        chainEvents: async () => [big('event-0'), big('event-2'), big('event-1')],
      },
    });
    expect((cut.parts['actions'] as unknown[]).length).toBe(EVIDENCE_ACTIONS_MAX);
    expect(cut.parts['cut']).toMatchObject([{ part: 'actions' }, { part: 'events', kept: 2 }]);
    expect((cut.parts['events'] as { id: string }[]).map(({ id }) => id)).toEqual(['event-0', 'event-1']);
    expect(checkEvidence(cut, pinned).notes).toContain('parts.actions is cut: there are more than 5000');
  });

  it('tells rows that the audit does not know', async () => {
    const store = await sources();
    const bare = await aPack({ store: { ...store, auditAbout: async () => [] } });
    const { faults, notes } = checkEvidence(bare, pinned);
    expect([faults, notes]).toEqual([[], ['3 of 3 response rows are not in the audit']]);
  });

  it('is of no chain that does not exist', async () => {
    const store = await sources();
    await expect(aPack({ store: { ...store, chain: async () => undefined } })).rejects.toThrow(
      'there is a chain',
    );
  });

  it.each([
    null,
    [],
    'x',
    {},
    { parts: {}, manifest: {} },
    { ...Object.fromEntries([['parts', 1]]), manifest: 2 },
  ])('is not %j', (value) => {
    expect(checkEvidence(value, unpinned).faults).toHaveLength(1);
  });
});

type Path = readonly (string | number)[];

function pathsOf(value: Json, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([name, member]) => pathsOf(member, [...path, name]))];
}

const parentOf = (root: Json, path: Path): Json =>
  path.slice(0, -1).reduce<Json>((at, name) => (at as Record<string, Json>)[name] as Json, root);

/** Each makes one change at a place and tells whether it did. */
const changes: ((root: Json, path: Path) => boolean)[] = [
  function otherValue(root, path) {
    const parent = parentOf(root, path) as Record<string, Json>;
    const name = path.at(-1);
    if (name === undefined) return false;
    const value = parent[name];
    if (typeof value === 'number') parent[name] = value + 1;
    else if (typeof value === 'string') parent[name] = `${value} `;
    else parent[name] = value === null ? 0 : null;
    return true;
  },
  function removed(root, path) {
    const parent = parentOf(root, path) as Record<string, Json> | Json[];
    const name = path.at(-1);
    if (name === undefined) return false;
    if (Array.isArray(parent)) parent.splice(Number(name), 1);
    else delete parent[name];
    return true;
  },
  function added(root, path) {
    const value = [...path].reduce<Json>((at, name) => (at as Record<string, Json>)[name] as Json, root);
    if (typeof value !== 'object' || value === null) return false;
    if (Array.isArray(value)) value.push(value[0] ?? 0);
    else value['more'] = 1;
    return true;
  },
  function moved(root, path) {
    const parent = parentOf(root, path);
    if (!Array.isArray(parent) || parent.length < 2 || path.length === 0) return false;
    const [a, b] = [JSON.stringify(parent[0]), JSON.stringify(parent.at(-1))];
    if (a === b) return false;
    parent.reverse();
    return true;
  },
];
