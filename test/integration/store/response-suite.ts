import { describe, expect, it } from 'vitest';
import type { Store } from '../../../src/domain/ports.ts';
import type { Plan, PlanDecision } from '../../../src/domain/response.ts';
import type { Database } from '../../../src/store/database.ts';
import { reachSuite } from './reach-suite.ts';
import { aResponse, noon } from './rows.ts';

function aPlan(over: Partial<Plan> = {}): Plan {
  return {
    tenant: 'plans',
    id: 'pln_1',
    digest: 'd'.repeat(64),
    trigger: {
      kind: 'alert',
      alertId: 'alr_1',
      detector: 'scope-creep',
      fact: 'hop-drift',
      severity: 'high',
    },
    chainId: 'chn_1',
    madeMs: noon,
    expiresMs: noon + 3_600_000,
    dryRun: false,
    verdict: 'propose',
    reasons: ['a person decides'],
    approvals: 1,
    steps: [],
    survivors: [],
    ...over,
  };
}

function aDecision(over: Partial<PlanDecision> = {}): PlanDecision {
  return {
    tenant: 'plans',
    planId: 'pln_1',
    digest: 'd'.repeat(64),
    verb: 'approve',
    keyId: 'key_1',
    by: 'ann',
    atMs: noon,
    reason: '',
    ...over,
  };
}

/** How the store keeps what was planned, said and done about a credential, and what it finds below one. */
export function responseSuite(store: () => Store, database: () => Database): void {
  describe('responses', () => {
    it('tell their newest state, their history, and which of them stand in a state', async () => {
      const tenant = 'standing';
      const done = [
        aResponse({ tenant, id: 'a', state: 'requested', attempt: 0, atMs: noon }),
        aResponse({ tenant, id: 'a', state: 'accepted', atMs: noon + 1, confirms: 'introspection' }),
        aResponse({ tenant, id: 'a', state: 'confirmed', atMs: noon + 2, confirms: 'introspection' }),
        aResponse({
          tenant,
          id: 'b',
          state: 'accepted',
          atMs: noon + 5,
          planId: 'pln_2',
          confirms: 'callback',
        }),
        aResponse({ tenant, id: 'c', state: 'accepted', atMs: noon + 3, confirms: 'callback' }),
        aResponse({ tenant: 'standing too', id: 'a', state: 'accepted', atMs: noon + 4, action: 'undo' }),
        // Nothing more is awaited of these.
        aResponse({ tenant, id: 'f', state: 'accepted', atMs: noon + 4, alertId: 'alr_f' }),
        aResponse({ tenant, id: 'g', state: 'requested', atMs: noon + 4, mode: 'dry_run', alertId: 'alr_f' }),
        aResponse({ tenant, id: 'd', state: 'denied', atMs: noon + 6, mode: 'dry_run' }),
        aResponse({ tenant, id: 'e', state: 'undone', atMs: noon + 7 }),
      ];
      await store().writeResponses(done);
      const standing = await store().standingResponses(['accepted', 'requested']);
      const mine = standing.filter((row) => row.tenant.startsWith('standing'));
      expect(mine.map((row) => [row.tenant, row.id])).toEqual([
        [tenant, 'c'],
        ['standing too', 'a'],
        [tenant, 'b'],
      ]);
      expect(await store().responseHistory(tenant, 'a')).toEqual(done.slice(0, 3));
      const all = { tenant, limit: 10, cursor: undefined, alertId: undefined, chainId: undefined };
      const listed = async (filter: object) =>
        (await store().responses({ ...all, ...filter })).items.map(({ id }) => id);
      expect(await listed({ planId: 'pln_2' })).toEqual(['b']);
      expect(await listed({ state: 'undone' })).toEqual(['e']);
      // Not those that were once: their newest row says otherwise.
      expect(await listed({ state: 'accepted' })).toEqual(['b', 'f', 'c']);
      expect(
        (await store().responsesOfAlerts(tenant, ['alr_f', 'alr_0'])).map(({ id }) => id).sort(),
      ).toEqual(['f', 'g']);
    });

    it('tell which tokens were ended for real and may still be alive, whatever confirms it', async () => {
      const aliveMs = noon + 60_000;
      const at = (id: string, sinceNoonMs: number, over: object = {}) =>
        aResponse({ tenant: 'ended', id, state: 'accepted', atMs: noon + sinceNoonMs, ...over });
      await store().writeResponses([
        at('requested', 1, { state: 'requested', attempt: 0, residualUntilMs: aliveMs }),
        at('for ever', 2, { residualUntilMs: null }),
        at('confirmed', 3, { attempt: 0 }),
        at('confirmed', 4, { state: 'confirmed' }),
        at('expired', 5, { residualUntilMs: aliveMs - 1 }),
        at('rehearsed', 5, { mode: 'dry_run' }),
        at('family', 5, { action: 'family.revoke' }),
        at('given back', 5),
        at('given back', 6, { state: 'undone' }),
      ]);
      const found = await store().endedTokens(['requested', 'accepted', 'confirmed'], aliveMs);
      const mine = found.filter(({ tenant }) => tenant === 'ended');
      expect(mine.map(({ id, atMs }) => [id, atMs - noon])).toEqual([
        ['confirmed', 4],
        ['for ever', 2],
        ['requested', 1],
      ]);
    });

    it('tell what was done of late, and what was given back or taken as a whole for longer', async () => {
      const tenant = 'of late';
      const at = (id: string, atMs: number, over: object = {}) => aResponse({ tenant, id, atMs, ...over });
      await store().writeResponses([
        at('old', noon - 5_000),
        at('undone', noon - 5_000, { state: 'undone' }),
        at('subject', noon - 5_000, { action: 'subject.revoke' }),
        at('older', noon - 50_000, { state: 'undone' }),
        at('new', noon, { attempt: 0 }),
        at('new', noon + 1, { attempt: 1 }),
      ]);
      const found = await store().recentResponses(tenant, noon, noon - 5_000);
      expect(found.map(({ id, attempt }) => [id, attempt])).toEqual([
        ['new', 1],
        ['new', 0],
        ['subject', 1],
        ['undone', 1],
      ]);
    });

    it('of earlier versions come back in the words of this one', async () => {
      const tenant = 'earlier';
      const {
        planId: _,
        step: __,
        confirms: ___,
        approvedBy: ____,
        causedMs: _____,
        ...row
      } = aResponse({
        tenant,
        state: 'accepted',
      });
      const body = JSON.stringify({
        ...row,
        target: { iss: 'https://issuer.test', jti: 'jti-1' },
        mode: 'auto',
      });
      await database().insert(
        'responses',
        ['tenant', 'id', 'attempt', 'state', 'at', 'mode', 'body', 'written_at'],
        [[tenant, 'rsp_1', 1, 'accepted', noon, 'auto', body, noon]],
      );
      expect(await store().findResponses(tenant, ['rsp_1'])).toEqual([
        JSON.parse(JSON.stringify(aResponse({ tenant, state: 'accepted' }))),
      ]);
    });
  });

  describe('plans', () => {
    it('are kept as they were judged last, and found by id and alert', async () => {
      const plan = aPlan();
      const again = aPlan({ verdict: 'act', reasons: [], madeMs: noon + 1 });
      await store().writePlans([again]);
      await store().writePlans([plan, aPlan({ id: 'pln_2', madeMs: noon + 5 })]);
      const trigger = { kind: 'person', by: 'ann', reason: 'stolen', alertId: 'alr_2' } as const;
      const asked = aPlan({ id: 'pln_3', trigger });
      await store().writePlans([asked]);
      expect(await store().findPlans('plans', ['pln_1', 'pln_3', 'pln_0'])).toEqual([again, asked]);
      expect(await store().findPlans('default', ['pln_1'])).toEqual([]);
      const list = async (query: object) =>
        (await store().plans({ tenant: 'plans', limit: 2, cursor: undefined, alertId: undefined, ...query }))
          .items;
      expect((await list({})).map(({ id }) => id)).toEqual(['pln_2', 'pln_1']);
      expect((await list({ alertId: 'alr_1', limit: 9 })).map(({ id }) => id)).toEqual(['pln_2', 'pln_1']);
      expect((await list({ alertId: 'alr_2' })).map(({ id }) => id)).toEqual(['pln_3']);
    });

    it('carry what people said of them, oldest first, once', async () => {
      const said = [
        aDecision({ atMs: noon + 2, verb: 'deny', reason: 'not now' }),
        aDecision({ atMs: noon + 1, keyId: 'key_2', by: 'bob' }),
      ];
      await store().writeDecisions(said);
      await store().writeDecisions(said);
      expect(await store().decisions('plans', 'pln_1')).toEqual([said[1], said[0]]);
      expect(await store().decisions('plans', 'pln_2')).toEqual([]);
      const decided = async (sinceMs: number) =>
        (await store().decidedPlans(sinceMs)).filter(({ tenant }) => tenant === 'plans');
      expect(await decided(noon + 2)).toEqual([{ tenant: 'plans', planId: 'pln_1' }]);
      expect(await decided(noon + 3)).toEqual([]);
    });
  });

  reachSuite(store, database);
}
