import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Chain } from '../../../src/domain/chain.ts';
import { defaultPolicy } from '../../../src/domain/policy.ts';
import type { ChainQuery, Page, Store } from '../../../src/domain/ports.ts';
import type { LogRecord } from '../../../src/domain/record.ts';
import type { Database } from '../../../src/store/database.ts';
import { auditSuite } from './audit-suite.ts';
import { coverageSuite } from './coverage-suite.ts';
import { denySuite } from './deny-suite.ts';
import { hardNumber, hardText } from './hard.ts';
import { huntingSuite } from './hunting-suite.ts';
import { incidentSuite } from './incident-suite.ts';
import { linkingSuite } from './linking-suite.ts';
import { modeSuite } from './mode-suite.ts';
import { operationsSuite } from './operations-suite.ts';
import { outboxSuite } from './outbox-suite.ts';
import { pulseSuite } from './pulse-suite.ts';
import { recallSuite } from './recall-suite.ts';
import { responseSuite } from './response-suite.ts';
import { resumeSuite } from './resume-suite.ts';
import {
  aChain,
  aHop,
  aLetter,
  anAction,
  anAlert,
  anAlertAction,
  anEntry,
  aResponse,
  logged,
  noon,
} from './rows.ts';

export interface Opened {
  readonly store: Store;
  /** The same database beside the store: for what no port offers, such as forcing a merge. */
  readonly database: Database;
  close(): Promise<void>;
}

/** What any engine must do under the store. `open` gives an empty database each time it is called. */
export function storeSuite(open: () => Promise<Opened>): void {
  let opened: Opened;
  let store: Store;
  beforeAll(async () => {
    opened = await open();
    store = opened.store;
  });
  afterAll(() => opened.close());

  const everything = (tenant: string): ChainQuery => ({
    ...{ tenant, limit: 100, cursor: undefined, fromMs: undefined, toMs: undefined },
    ...{ principal: undefined, tokenKey: undefined, target: undefined },
    ...{ detector: undefined, missing: undefined },
  });
  const anyAlert = (tenant: string) => ({
    tenant,
    limit: 100,
    cursor: undefined,
    state: undefined,
    kind: undefined,
    detector: undefined,
    minSeverity: undefined,
    chainId: undefined,
  });
  const anyAction = (tenant: string) => ({
    tenant,
    limit: 100,
    cursor: undefined,
    chainId: undefined,
    tokenKey: undefined,
    actor: undefined,
    fromMs: undefined,
    toMs: undefined,
  });

  describe('the log', () => {
    // One order for all: each test takes numbers that no other test has.
    let used = 0;
    const take = (count: number) => {
      const first = used + 1;
      used += count;
      return first;
    };

    it('is empty at first', async () => {
      expect(await store.lastSeq()).toBe(0);
      expect(await records(store, 0)).toEqual([]);
    });

    it('gives back every event exactly as it was admitted, in order, behind any record', async () => {
      const first = take(5);
      const events = [0, 1, 2, 3, 4].map((i) => logged(first + i));
      await store.appendEvents(events);
      expect(await records(store, first - 1)).toEqual(
        events.map(({ seq, event }) => ({ kind: 'event', seq, event })),
      );
      expect((await records(store, first + 2)).map((record) => record.seq)).toEqual([first + 3, first + 4]);
      expect(await store.lastSeq()).toBe(first + 4);
    });

    it('puts watermarks and policies in their place, infinity included', async () => {
      const first = take(5);
      await store.appendEvents([logged(first), logged(first + 2)]);
      const controls = [
        { kind: 'policy' as const, seq: first + 1, policy: { ...defaultPolicy, humanRequired: ['tool:*'] } },
        { kind: 'watermark' as const, seq: first + 3, watermarkMs: Number.POSITIVE_INFINITY },
        {
          kind: 'foreign' as const,
          seq: first + 4,
          tenant: 'acme',
          publisher: 'crm',
          issuer: 'https://as',
          atMs: 7,
        },
      ];
      await store.appendControl(controls);
      const found = await records(store, first - 1);
      expect(found.map((record) => record.kind)).toEqual([
        'event',
        'policy',
        'event',
        'watermark',
        'foreign',
      ]);
      expect(found.filter((record) => record.kind !== 'event')).toEqual(controls);
      expect(await store.lastSeq()).toBe(first + 4);
    });

    it('knows the policy that it ends with, its document, and rows of before there were documents', async () => {
      const first = take(3);
      const policy = { ...defaultPolicy, name: `p-${first}` };
      const document = {
        origin: 'file' as const,
        digest: 'sha256:x',
        signedBy: 'sha256:k',
        atMs: 7,
        text: 'ü: 1\r\n',
      };
      await store.appendControl([{ kind: 'policy', seq: first, policy, document }]);
      expect(await store.lastPolicy()).toEqual({ kind: 'policy', seq: first, policy, document });
      const { expects: _, trust: __, ...bare } = policy;
      const row = { seq: first + 1, kind: 'policy', body: JSON.stringify(bare), written_at: Date.now() };
      await opened.database.insert('log_controls', Object.keys(row), [Object.values(row)]);
      expect(await store.lastPolicy()).toEqual({ kind: 'policy', seq: first + 1, policy });
    });

    it('comes in batches and jumps over gaps', async () => {
      const first = take(2_500);
      await store.appendEvents(Array.from({ length: 2_500 }, (_, i) => logged(first + i)));
      const far = take(1_000_000) + 999_999;
      await store.appendEvents([logged(far)]);
      const sizes: number[] = [];
      const seqs: number[] = [];
      for await (const batch of store.readLog(first - 1)) {
        sizes.push(batch.length);
        seqs.push(...batch.map((record) => record.seq));
      }
      expect(sizes).toEqual([2_000, 500, 1]);
      expect(seqs).toEqual([...Array.from({ length: 2_500 }, (_, i) => first + i), far]);
    });

    it('keeps the first of two equal events, whichever was written first', async () => {
      const first = take(10);
      await store.appendEvents([logged(first + 7, { id: `same-${first}` })]);
      await store.appendEvents([logged(first + 2, { id: `same-${first}` })]);
      expect((await records(store, first - 1)).map((record) => record.seq)).toEqual([first + 2]);
      await opened.database.run('OPTIMIZE TABLE events FINAL');
      expect((await records(store, first - 1)).map((record) => record.seq)).toEqual([first + 2]);
    });

    it('keeps both contents that came under one identity', async () => {
      const first = take(2);
      const id = `conflict-${first}`;
      const [a, b] = [logged(first, { id }), logged(first + 1, { id, digest: 'f'.repeat(64) })];
      await store.appendEvents([a, b]);
      await opened.database.run('OPTIMIZE TABLE events FINAL');
      expect((await records(store, first - 1)).map((record) => record.seq)).toEqual([first, first + 1]);
    });

    it('takes a batch whose events lie in more months than an engine allows by itself', async () => {
      const first = take(150);
      const batch = Array.from({ length: 150 }, (_, i) =>
        logged(first + i, { timeMs: Date.UTC(2005, i, 15) }),
      );
      expect(await store.appendEvents(batch)).toEqual([]);
      expect(await records(store, first - 1)).toHaveLength(150);
    });

    it('finds the rows that the engine cannot take and stores their neighbours', async () => {
      const first = take(100);
      const batch = Array.from({ length: 100 }, (_, i) => logged(first + i));
      const fractions = new Set([0, 41, 42, 99]);
      const spoilt = batch.map((row, i) =>
        fractions.has(i) ? { ...row, event: { ...row.event, timeMs: noon + 0.5 } } : row,
      );
      const refused = await store.appendEvents(spoilt);
      expect(refused.map((row) => row.index)).toEqual([...fractions]);
      // The engine's own text quotes the row; the reason must not.
      for (const { reason } of refused)
        expect(reason).toMatch(/^the store refused writing events: engine code \d+ \w+$/);
      const kept = (await records(store, first - 1)).map((record) => record.seq - first);
      expect(kept).toEqual(batch.map((_, i) => i).filter((i) => !fractions.has(i)));
    });

    it('takes a batch that is too large for one insert', async () => {
      const first = take(400);
      const text = `{"data":{"type":"tool.invoked"},"filler":"${'x'.repeat(60_000)}"}`;
      const batch = Array.from({ length: 400 }, (_, i) => logged(first + i, { text }));
      expect(await store.appendEvents(batch)).toEqual([]);
      expect(await records(store, first - 1)).toHaveLength(400);
    });

    it('refuses what the engine would alter without a word', async () => {
      const first = take(6);
      const batch = [
        logged(first),
        logged(first + 1, { id: 'half a character \ud800' }),
        logged(first + 2, { source: '\udc00' }),
        logged(2 ** 64, { id: 'too far' }),
        { ...logged(first + 4), event: { ...logged(first + 4).event, timeMs: 1e17 } },
        logged(first + 5),
      ];
      expect((await store.appendEvents(batch)).map((row) => row.index)).toEqual([1, 2, 3, 4]);
      expect((await records(store, first - 1)).map((record) => record.seq)).toEqual([first, first + 5]);
    });

    it('is not changed by the same batch again', async () => {
      const first = take(20);
      const batch = Array.from({ length: 20 }, (_, i) => logged(first + i));
      await store.appendEvents(batch);
      const before = { log: await records(store, first - 1), counts: await store.counts('default') };
      await store.appendEvents(batch);
      await store.appendEvents(batch.slice(5).reverse());
      expect({ log: await records(store, first - 1), counts: await store.counts('default') }).toEqual(before);
    });

    it('carries any text', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.tuple(hardText, hardText), { minLength: 1, maxLength: 20 }),
          async (texts) => {
            const first = take(texts.length);
            const events = texts.map(([name, resource], i) =>
              logged(first + i, {
                tenant: 'any text',
                source: `source ${name}`.replace(/\p{Cs}/gu, '?'),
                data: {
                  v: 1,
                  type: 'system.changed',
                  target: { system: name, resource },
                  change: resource,
                  actor: { id: name, kind: 'human' },
                  txn: resource,
                },
              }),
            );
            expect(await store.appendEvents(events)).toEqual([]);
            expect(await records(store, first - 1)).toEqual(
              events.map(({ seq, event }) => ({ kind: 'event', seq, event })),
            );
          },
        ),
        { numRuns: 10 },
      );
    });
  });

  describe('chains', () => {
    it('answers with the highest version, whichever was written last', async () => {
      const tenant = 'versions';
      await store.writeChains([aChain({ tenant, version: 7, targets: ['new'] })]);
      await store.writeChains([aChain({ tenant, version: 3, targets: ['old'] })]);
      expect((await store.chain(tenant, 'chn_1'))?.targets).toEqual(['new']);
      expect((await store.chains(everything(tenant))).items).toHaveLength(1);
      expect((await store.chains({ ...everything(tenant), target: 'old' })).items).toEqual([]);
      expect(await store.chain('another tenant', 'chn_1')).toBeUndefined();
    });

    it('resolves an old id for ever and lists only what carries on', async () => {
      const tenant = 'merged';
      await store.writeChains([
        aChain({ tenant, id: 'chn_a', state: 'merged', mergedInto: 'chn_b' }),
        aChain({ tenant, id: 'chn_b', state: 'merged', mergedInto: 'chn_c' }),
        aChain({ tenant, id: 'chn_c', txns: ['all'] }),
        aChain({ tenant, id: 'chn_loop', state: 'merged', mergedInto: 'chn_pool' }),
        aChain({ tenant, id: 'chn_pool', state: 'merged', mergedInto: 'chn_loop' }),
      ]);
      expect((await store.chain(tenant, 'chn_a'))?.id).toBe('chn_c');
      expect((await store.chains(everything(tenant))).items.map((chain) => chain.id)).toEqual(['chn_c']);
      expect(await store.chain(tenant, 'chn_loop')).toBeDefined();
      expect(await store.hops(tenant, 'chn_loop')).toEqual([]);
      expect((await store.counts(tenant)).chains).toBe(1);
    });

    it('collects hops and actions written before and after chains joined', async () => {
      const tenant = 'joined';
      await store.writeChains([
        aChain({ tenant, id: 'chn_a', state: 'merged', mergedInto: 'chn_b' }),
        aChain({ tenant, id: 'chn_b' }),
      ]);
      await store.writeHops([
        aHop({ tenant, chainId: 'chn_a', key: 'early', depth: 0, version: 1 }),
        aHop({ tenant, chainId: 'chn_b', key: 'early', depth: 1, version: 2, parentKey: 'root' }),
        aHop({ tenant, chainId: 'chn_a', key: 'only before', depth: 2 }),
        aHop({ tenant, chainId: 'chn_b', key: 'root', depth: 0 }),
        aHop({ tenant, chainId: 'chn_b', key: 'moved away', depth: 1, version: 3 }),
        aHop({ tenant, chainId: 'chn_other', key: 'moved away', depth: 1, version: 4 }),
      ]);
      await store.writeActions([
        anAction({ tenant, id: 'x', hopKey: 'early' }),
        anAction({ tenant, id: 'y', hopKey: 'only before' }),
        anAction({ tenant, id: 'z', hopKey: 'moved away' }),
      ]);
      for (const id of ['chn_a', 'chn_b']) {
        const found = await store.hops(tenant, id);
        expect(found.map((hop) => [hop.key, hop.depth])).toEqual([
          ['root', 0],
          ['early', 1],
          ['only before', 2],
        ]);
        const actions = await store.actions({ ...anyAction(tenant), chainId: id });
        expect(actions.items.map((action) => action.id)).toEqual(['y', 'x']);
      }
    });

    it('knows the chain of a token, after joins too', async () => {
      const tenant = 'tokens';
      const token = { iss: 'https://issuer.test', jti: 'jti-9' };
      const key = 'tok:["https://issuer.test","jti-9"]';
      await store.writeHops([aHop({ tenant, token, chainId: 'chn_a', version: 1 })]);
      expect(await store.chainOfToken(tenant, key)).toBe('chn_a');
      await store.writeHops([aHop({ tenant, token, chainId: 'chn_b', version: 5 })]);
      expect(await store.chainOfToken(tenant, key)).toBe('chn_b');
      await store.writeChains([aChain({ tenant, id: 'chn_b', state: 'merged', mergedInto: 'chn_c' })]);
      expect(await store.chainOfToken(tenant, key)).toBe('chn_c');
      expect(await store.chainOfToken(tenant, 'tok:unheard')).toBeUndefined();
      expect(await store.chainOfToken('default', key)).toBeUndefined();
    });

    it('are found by what an analyst knows of them', async () => {
      const tenant = 'search';
      const ann = { id: 'ann', kind: 'human' as const, iss: 'https://issuer.test' };
      const bob = { id: 'bob', kind: 'human' as const };
      await store.writeChains([
        aChain({ tenant, id: 'chn_1', principals: [ann], targets: ['mail'], tokenKeys: ['tok:1'] }),
        aChain({
          tenant,
          id: 'chn_2',
          principals: [bob, ann],
          targets: ['mail', 'files'],
          tokenKeys: ['tok:2'],
          startedMs: noon + 60_000,
          lastEventMs: noon + 120_000,
          completeness: { request: true, authority: false, context: true, impact: true },
        }),
      ]);
      await store.writeAlerts([
        anAlert({ tenant, id: 'alr_1', detector: 'orphaned-chain', chainId: 'chn_2' }),
        anAlert({ tenant, id: 'alr_2', detector: 'scope-creep', chainId: 'chn_1', withdrawn: true }),
      ]);
      const found = async (filter: Partial<ChainQuery>) =>
        (await store.chains({ ...everything(tenant), ...filter })).items.map((chain) => chain.id);
      expect(await found({})).toEqual(['chn_2', 'chn_1']);
      expect(await found({ principal: 'bob' })).toEqual(['chn_2']);
      expect(await found({ principal: 'prn:["https://issuer.test","ann"]' })).toEqual(['chn_2', 'chn_1']);
      expect(await found({ target: 'files' })).toEqual(['chn_2']);
      expect(await found({ tokenKey: 'tok:1' })).toEqual(['chn_1']);
      expect(await found({ detector: 'orphaned-chain' })).toEqual(['chn_2']);
      expect(await found({ detector: 'scope-creep' })).toEqual([]);
      expect(await found({ missing: 'impact' })).toEqual(['chn_1']);
      expect(await found({ missing: 'authority' })).toEqual(['chn_2']);
      expect(await found({ fromMs: noon + 2_000 })).toEqual(['chn_2']);
      expect(await found({ toMs: noon + 2_000 })).toEqual(['chn_1']);
      expect(await found({ principal: "' OR 1 = 1 --" })).toEqual([]);
    });

    it('are paged without loss or repetition, even when all have one time', async () => {
      const tenant = 'pages';
      const ids = Array.from({ length: 25 }, (_, i) => `chn_${String(i).padStart(2, '0')}`);
      await store.writeChains(ids.map((id, i) => aChain({ tenant, id, lastEventMs: noon + (i % 3) })));
      const seen: Chain[] = [];
      let cursor: string | undefined;
      let pages = 0;
      do {
        const part: Page<Chain> = await store.chains({ ...everything(tenant), limit: 7, cursor });
        seen.push(...part.items);
        cursor = part.next;
        pages += 1;
      } while (cursor !== undefined);
      expect(pages).toBe(4);
      expect(seen.map((chain) => chain.id).sort()).toEqual(ids);
      expect(seen.map((chain) => chain.lastEventMs)).toEqual(
        seen.map((chain) => chain.lastEventMs).sort((a, b) => b - a),
      );
    });

    it.each([
      '',
      'nonsense',
      Buffer.from('[1]').toString('base64url'),
      Buffer.from('{"a":1}').toString('base64url'),
    ])('refuse the cursor %j', async (cursor) => {
      await expect(store.chains({ ...everything('pages'), cursor })).rejects.toMatchObject({
        code: 'REQUEST_INVALID',
      });
    });
  });

  it('shows an action once when its start or its hop moved', async () => {
    const tenant = 'moved';
    await store.writeActions([anAction({ tenant, id: 'a', atMs: noon, version: 1, outcome: 'unknown' })]);
    await store.writeActions([anAction({ tenant, id: 'a', atMs: noon - 40 * 86_400_000, version: 2 })]);
    await store.writeActions([anAction({ tenant, id: 'b', hopKey: 'old', version: 1 })]);
    await store.writeActions([anAction({ tenant, id: 'b', hopKey: 'new', version: 2 })]);
    const { items } = await store.actions(anyAction(tenant));
    expect(items.map((action) => [action.id, action.version])).toEqual([
      ['b', 2],
      ['a', 2],
    ]);
    expect((await store.actions({ ...anyAction(tenant), actor: 'agent-1' })).items).toHaveLength(2);
    const key = 'prn:["https://issuer.test","agent-1"]';
    expect((await store.actions({ ...anyAction(tenant), actor: key, fromMs: noon })).items).toHaveLength(1);
    const tokenKey = 'tok:["https://issuer.test","jti-1"]';
    expect((await store.actions({ ...anyAction(tenant), tokenKey, toMs: noon - 1 })).items).toHaveLength(1);
  });

  describe('alerts', () => {
    it('have the life that people gave them, until the engine withdraws them', async () => {
      const tenant = 'life';
      await store.writeAlerts([anAlert({ tenant })]);
      expect(await store.alert(tenant, 'alr_1')).toEqual({
        ...anAlert({ tenant }),
        state: 'open',
        assignee: '',
        closedReason: '',
        stateChangedMs: undefined,
      });
      await store.writeAlertAction(anAlertAction({ tenant, id: 'a1', atMs: noon + 1 }));
      await store.writeAlertAction(
        anAlertAction({
          tenant,
          id: 'a2',
          atMs: noon + 2,
          verb: 'close',
          state: 'closed',
          reason: 'expected',
        }),
      );
      expect(await store.alert(tenant, 'alr_1')).toMatchObject({
        state: 'closed',
        assignee: 'ann',
        closedReason: 'expected',
        stateChangedMs: noon + 2,
      });
      expect((await store.alertActions(tenant, 'alr_1')).map((action) => action.id)).toEqual(['a1', 'a2']);
      await store.writeAlertAction(
        anAlertAction({ tenant, id: 'a3', atMs: noon + 3, verb: 'reopen', state: 'open', reason: 'not so' }),
      );
      expect(await store.alert(tenant, 'alr_1')).toMatchObject({ state: 'open', closedReason: '' });
      await store.writeAlerts([anAlert({ tenant, version: 2, withdrawn: true })]);
      expect((await store.alert(tenant, 'alr_1'))?.state).toBe('withdrawn');
      expect(await store.alert('default', 'alr_1')).toBeUndefined();
    });

    it('are found by state, kind, detector, severity and chain', async () => {
      const tenant = 'queue';
      await store.writeChains([
        aChain({ tenant, id: 'chn_old', state: 'merged', mergedInto: 'chn_new' }),
        aChain({ tenant, id: 'chn_new' }),
      ]);
      await store.writeAlerts([
        anAlert({ tenant, id: 'a', severity: 'low', chainId: 'chn_old', lastAtMs: noon }),
        anAlert({ tenant, id: 'b', severity: 'critical', chainId: 'chn_new', lastAtMs: noon + 1 }),
        anAlert({
          tenant,
          id: 'c',
          kind: 'signal',
          detector: 'unusual-fan-out',
          chainId: undefined,
          lastAtMs: noon + 2,
        }),
      ]);
      await store.writeAlertAction(anAlertAction({ tenant, alertId: 'b' }));
      const found = async (filter: object) =>
        (await store.alerts({ ...anyAlert(tenant), ...filter })).items.map((alert) => alert.id);
      expect(await found({})).toEqual(['c', 'b', 'a']);
      expect(await found({ state: 'open' })).toEqual(['c', 'a']);
      expect(await found({ state: 'acknowledged' })).toEqual(['b']);
      expect(await found({ kind: 'signal' })).toEqual(['c']);
      expect(await found({ detector: 'scope-creep' })).toEqual(['b', 'a']);
      expect(await found({ minSeverity: 'high' })).toEqual(['c', 'b']);
      expect(await found({ chainId: 'chn_old' })).toEqual(['b', 'a']);
      const first = await store.alerts({ ...anyAlert(tenant), limit: 2 });
      expect(first.items.map((alert) => alert.id)).toEqual(['c', 'b']);
      const second = await store.alerts({ ...anyAlert(tenant), limit: 2, cursor: first.next });
      expect(second.items.map((alert) => alert.id)).toEqual(['a']);
      expect(second.next).toBeUndefined();
    });
  });

  it('keeps every state of a response and answers with the newest', async () => {
    const tenant = 'responses';
    const rows = [
      aResponse({ tenant, state: 'requested', atMs: noon }),
      aResponse({ tenant, state: 'accepted', atMs: noon }),
      aResponse({ tenant, state: 'confirmed', atMs: noon + 5 }),
      aResponse({ tenant, id: 'rsp_2', state: 'failed', attempt: 1, atMs: noon + 9, alertId: 'alr_2' }),
      aResponse({ tenant, id: 'rsp_2', state: 'requested', attempt: 2, atMs: noon + 9, alertId: 'alr_2' }),
    ];
    for (const row of rows) await store.writeResponses([row]);
    await store.writeResponses(rows);
    const found = await store.findResponses(tenant, ['rsp_2', 'rsp_1', 'rsp_0']);
    expect(found).toEqual([rows[2], rows[4]]);
    const all = { tenant, limit: 10, cursor: undefined, alertId: undefined, chainId: undefined };
    expect((await store.responses(all)).items).toEqual([rows[4], rows[2]]);
    expect((await store.responses({ ...all, alertId: 'alr_1' })).items).toEqual([rows[2]]);
    expect((await store.responses({ ...all, chainId: 'chn_other' })).items).toEqual([]);
    const kept = await opened.database.read(
      'counting',
      "SELECT count() FROM responses FINAL WHERE tenant = 'responses'",
    );
    expect(Number(kept[0]?.[0])).toBe(5);
  });

  it('keeps one dead letter however often its topic is read, and one for each request', async () => {
    const tenant = 'letters';
    const http = { source: 'http', partition: 0, offset: 0 };
    await store.appendDeadLetters([
      aLetter({ tenant }),
      aLetter({ tenant, position: http, raw: 'a', atMs: noon + 1 }),
      aLetter({ tenant, position: http, raw: 'b', atMs: noon + 2 }),
    ]);
    await store.appendDeadLetters([aLetter({ tenant, atMs: noon + 60_000 })]);
    const { items } = await store.deadLetters({ tenant, limit: 10, cursor: undefined });
    expect(items.map((letter) => letter.raw)).toEqual(['{"id":1}', 'b', 'a']);
    const first = await store.deadLetters({ tenant, limit: 2, cursor: undefined });
    const rest = await store.deadLetters({ tenant, limit: 2, cursor: first.next });
    expect(rest.items.map((letter) => letter.raw)).toEqual(['a']);
    expect((await store.counts(tenant)).deadLetters).toBe(3);
  });

  it('keeps how far each stage has come, never less', async () => {
    expect(await store.readPosition('engine')).toBe(0);
    await store.writePosition('engine', 7);
    await store.writePosition('engine', 3);
    await store.writePosition('other', 99);
    expect(await store.readPosition('engine')).toBe(7);
  });

  it('gives an API key as it was last written', async () => {
    const key = {
      id: 'key_1',
      hash: 'a'.repeat(64),
      name: 'gateway',
      role: 'publisher' as const,
      tenant: 'keys',
      issuers: ['https://issuer.test'],
      createdMs: noon,
      disabled: false,
    };
    await store.writeApiKey(key);
    await store.writeApiKey({ ...key, issuers: '*', disabled: true } as never);
    expect((await store.apiKeys()).filter((row) => row.tenant === 'keys')).toEqual([
      { ...key, issuers: '*', disabled: true },
    ]);
  });

  describe('gives back exactly what was written, whatever the texts and numbers', () => {
    let tenants = 0;
    const nextTenant = () => `exact ${++tenants}`;

    /** Writes rows with hard values twice and expects them back, as JSON sees them, in any order. */
    function exact<T extends object>(
      row: fc.Arbitrary<T>,
      write: (rows: T[]) => Promise<void>,
      read: (tenant: string, rows: T[]) => Promise<readonly object[]>,
    ) {
      return fc.assert(
        fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 12 }), async (drawn) => {
          const tenant = nextTenant();
          const rows = drawn.map((value, i) => ({ ...value, tenant, ...numbered(value, i) }));
          await write(rows);
          await write(rows);
          expect(sorted(await read(tenant, rows))).toEqual(sorted(rows));
        }),
        { numRuns: 8 },
      );
    }

    it('chains', () =>
      exact(
        fc
          .record({ texts: fc.array(hardText), number: hardNumber, text: hardText })
          .map(({ texts, number, text }) =>
            aChain({
              txns: texts,
              targets: texts,
              tools: [],
              principals: texts.map((id) => ({ id, kind: 'agent' })),
              initiator: texts.length === 0 ? undefined : { id: text, kind: 'human', name: text },
              tokenKeys: texts,
              rootKey: text,
              eventCount: number,
              startedMs: number,
            }),
          ),
        (rows) => store.writeChains(rows),
        async (tenant) => (await store.chains(everything(tenant))).items,
      ));

    it('hops', () =>
      exact(
        fc
          .record({
            texts: fc.array(hardText),
            text: hardText,
            time: fc.option(hardNumber),
            late: fc.boolean(),
          })
          .map(({ texts, text, time, late }) =>
            aHop({
              label: text,
              scope: late ? texts : undefined,
              audience: texts,
              expiresMs: time,
              late,
              parentKey: text,
            }),
          ),
        (rows) => store.writeHops(rows),
        (tenant) => store.hops(tenant, 'chn_1'),
      ));

    it('actions', () =>
      exact(
        fc.record({ text: hardText, token: fc.option(hardText, { nil: undefined }) }).map(({ text, token }) =>
          anAction({
            resource: text,
            tool: token,
            token: token === undefined ? undefined : { iss: token, jti: text },
            actor: { id: text, kind: 'agent' },
          }),
        ),
        (rows) => store.writeActions(rows),
        async (tenant) => (await store.actions(anyAction(tenant))).items,
      ));

    it('alerts', () =>
      exact(
        fc
          .record({ text: hardText, number: hardNumber, json: fc.jsonValue(), never: fc.option(hardNumber) })
          .map(({ text, number, json, never }) =>
            anAlert({
              title: text,
              facts: [text],
              count: number,
              evidence: { json: json as string },
              liveUntilMs: never,
              approver: text,
            }),
          ),
        (rows) => store.writeAlerts(rows),
        async (tenant) =>
          (await store.alerts(anyAlert(tenant))).items.map(
            ({ state: _, assignee: _a, closedReason: _c, stateChangedMs: _s, ...alert }) => alert,
          ),
      ));

    it('actions on alerts', () =>
      exact(
        fc
          .record({ text: hardText })
          .map(({ text }) => anAlertAction({ note: text, reason: text, by: text })),
        async (rows) => {
          for (const row of rows) await store.writeAlertAction(row);
        },
        (tenant) => store.alertActions(tenant, 'alr_1'),
      ));

    it('responses', () =>
      exact(
        fc
          .record({ text: hardText, until: fc.option(hardNumber), status: fc.nat(599) })
          .map(({ text, until, status }) =>
            aResponse({ reason: text, residualUntilMs: until, httpStatus: status }),
          ),
        (rows) => store.writeResponses(rows),
        (tenant, rows) =>
          store.findResponses(
            tenant,
            rows.map((row) => row.id),
          ),
      ));

    it('messages', () =>
      exact(
        fc
          .record({ text: hardText })
          .map(({ text }) => anEntry({ body: text, lastError: text, endpoint: text })),
        (rows) => store.writeOutbox(rows),
        (tenant, rows) =>
          store.findOutbox(
            tenant,
            rows.map((row) => row.id),
          ),
      ));

    it('dead letters', () =>
      exact(
        fc
          .record({ text: hardText, offset: fc.maxSafeNat() })
          .map(({ text, offset }) =>
            aLetter({ raw: text, path: text, position: { source: text, partition: 3, offset } }),
          ),
        (rows) => store.appendDeadLetters(rows),
        async (tenant) => (await store.deadLetters({ tenant, limit: 100, cursor: undefined })).items,
      ));
  });

  recallSuite(() => opened);
  resumeSuite(() => opened);

  it('answers', async () => {
    await store.ping();
  });

  auditSuite(() => store);
  modeSuite(() => store);
  huntingSuite(() => store);
  outboxSuite(() => store);
  incidentSuite(() => store);
  responseSuite(
    () => store,
    () => opened.database,
  );
  coverageSuite(() => store);
  pulseSuite(() => store);
  denySuite(() => store);
  operationsSuite(() => store);
  linkingSuite(() => store);
}

/** Makes rows of one draw distinct by whatever identifies their kind. */
function numbered(value: object, i: number): object {
  if ('chainId' in value && 'key' in value) return { key: `key ${i}` };
  if ('position' in value) return { path: `${String('path' in value ? value.path : '')} ${i}` };
  return { id: `id ${i}` };
}

/** As JSON sees them: no undefined members, no negative zero. */
function sorted(rows: readonly object[]): unknown[] {
  return rows
    .map((row) => canonical(JSON.parse(JSON.stringify(row))))
    .sort()
    .map((row) => JSON.parse(row));
}

function canonical(value: object): string {
  return JSON.stringify(Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))));
}

export async function records(store: Store, afterSeq: number): Promise<LogRecord[]> {
  const all: LogRecord[] = [];
  for await (const batch of store.readLog(afterSeq)) all.push(...batch);
  return all;
}
