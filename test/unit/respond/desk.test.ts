import { describe, expect, it } from 'vitest';
import type { PlanRequest } from '../../../src/domain/response-desk.ts';
import { findingOf } from '../alert/findings.ts';
import { acting, connectorOn, startMs, status } from './support.ts';
import { createWorld, keyOf, minute, rows, sent, type World, withAlert } from './world.ts';

const ann = { keyId: 'key_ann', by: 'ann' };
const bob = { keyId: 'key_bob', by: 'bob' };
const ask = (over: Partial<PlanRequest> = {}): PlanRequest => ({
  tenant: 'acme',
  subject: { kind: 'token', ref: { iss: 'iss', jti: 't1' } },
  who: ann,
  reason: 'stolen',
  ...over,
});

function planIn({ store }: World) {
  const [plan] = [...store.tables.plans.values()];
  if (plan === undefined) throw new Error('no plan was made');
  return plan;
}

function wordOn(world: World, who = ann) {
  const { tenant, id: planId, digest } = planIn(world);
  return { tenant, planId, digest, who, reason: 'seen' };
}

describe('a person who asks', () => {
  it('is shown what would end and what would live, and nothing is written', async () => {
    const world = createWorld();
    const plan = await world.boot().desk.plan(ask());
    expect(plan).toMatchObject({ verdict: 'act', approvals: 0, trigger: { by: 'ann', reason: 'stolen' } });
    expect(plan.steps.map(({ label, role }) => `${label} ${role}`)).toEqual(['t1 source', 't2 descendant']);
    expect(plan.survivors).toMatchObject([{ label: 'root', untilMs: startMs + 60 * minute }]);
    expect([world.store.responses, world.store.tables.plans.size, world.network.sent]).toEqual([[], 0, []]);
  });

  it('is one of two for all that an agent has, and nothing is done before another one agrees', async () => {
    const world = createWorld();
    const { desk } = world.boot();
    const subject = { id: 'holder of t1', kind: 'agent' } as const;
    const plan = await desk.propose(ask({ subject: { kind: 'subject', subject } }));
    expect(plan).toMatchObject({ verdict: 'propose', approvals: 1 });
    await world.time.advance(5);
    expect(sent(world)).toEqual([]);
    await expect(desk.approve(wordOn(world, ann))).rejects.toThrow('another person must approve');
    await desk.approve(wordOn(world, bob));
    await world.time.advance(5);
    expect(sent(world)[0]).toMatch(/^subject.revoke prn:/);
  });

  it('has it done in order, the minting credential first, although the machine only proposes', async () => {
    const world = createWorld();
    const { desk } = world.boot();
    await desk.propose(ask());
    await world.time.advance(5);
    expect(sent(world)).toEqual(['token.revoke t1', 'token.revoke t2']);
    expect(world.store.responses.at(-1)).toMatchObject({ requestedBy: 'ann', approvedBy: ['ann'] });
  });

  it('has it rehearsed in a dry run, every step, and nothing sent or recorded', async () => {
    const world = createWorld();
    world.network.problem = 'no way';
    await world.boot(acting({ dryRun: true })).desk.propose(ask());
    await world.time.advance(5);
    expect(rows(world)).toEqual(['t1 requested ann', 't2 requested ann', 't1 failed ann', 't2 failed ann']);
    expect([world.network.sent, world.records]).toEqual([[], []]);
  });

  it('because of an alert is found by it, and is not taken back when the alert is', async () => {
    const world = createWorld();
    const { id: alertId } = withAlert(world);
    const { desk, handle } = world.boot();
    const { trigger } = await desk.propose(ask({ subject: { kind: 'alert', alertId } }));
    expect(trigger).toEqual({ kind: 'person', by: 'ann', reason: 'stolen', alertId });
    await world.time.advance(5);
    expect(world.network.sent.map(({ body }) => JSON.parse(body).data.alertId)).toEqual([alertId, alertId]);
    const found = await world.store.responsesOfAlerts('acme', [alertId]);
    expect(found.map(({ state }) => state)).toEqual(['accepted', 'accepted']);
    await handle([findingOf(), findingOf({ state: 'withdrawn', version: 2 })]);
    expect(await world.store.responsesOfAlerts('acme', [alertId])).toEqual(found);
  });

  it('is told what cannot be', async () => {
    const { desk } = createWorld().boot();
    await expect(desk.propose(ask({ subject: { kind: 'alert', alertId: 'alr_0' } }))).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    await desk.propose(ask());
    await expect(desk.propose(ask())).rejects.toMatchObject({ code: 'CONFLICT' });
  });
});

describe('approvals', () => {
  async function proposed(over: Parameters<typeof createWorld>[0] = {}) {
    const world = createWorld(over);
    const process = world.boot();
    await process.handle([findingOf()]);
    expect(rows(world)).toEqual(['t1 proposed', 't2 proposed']);
    return { world, ...process };
  }

  it('carry out exactly the plan that was seen', async () => {
    const { world, desk } = await proposed();
    await expect(desk.approve({ ...wordOn(world), digest: 'f'.repeat(64) })).rejects.toThrow('digest');
    await desk.approve(wordOn(world));
    await world.time.advance(5);
    expect(sent(world)).toEqual(['token.revoke t1', 'token.revoke t2']);
    expect(rows(world).slice(2)).toEqual([
      't1 requested ann',
      't2 requested ann',
      't1 accepted ann',
      't2 accepted ann',
    ]);
    // Their own word again changes nothing; another's comes too late.
    await desk.approve(wordOn(world));
    await expect(desk.approve(wordOn(world, bob))).rejects.toThrow('it has been approved');
    await world.time.advance(minute);
    expect(sent(world)).toHaveLength(2);
  });

  it('of whom it is about count for nothing', async () => {
    const { world, desk } = await proposed();
    const word = { ...wordOn(world), who: { keyId: 'key_1', by: 'holder of t2' } };
    await expect(desk.approve(word)).rejects.toThrow('whom the plan is about');
    expect(sent(world)).toEqual([]);
  });

  it('end with a denial, and what is found of it later is only proposed', async () => {
    const { world, desk } = await proposed();
    await desk.deny(wordOn(world));
    expect(rows(world).slice(2)).toEqual(['t1 denied', 't2 denied']);
    await expect(desk.approve(wordOn(world, bob))).rejects.toMatchObject({ code: 'CONFLICT' });
    await world.time.advance(minute);
    const later = findingOf({ fact: 'use', severity: 'critical', atMs: startMs + minute, version: 2 });
    await world.boot(acting()).handle([findingOf(), later]);
    expect(sent(world)).toEqual([]);
    expect(world.store.responses.at(-1)).toMatchObject({
      state: 'proposed',
      reason: expect.stringContaining('a person has denied it before'),
    });
  });

  it('come too late once the proposal has expired', async () => {
    const { world, desk } = await proposed();
    await world.time.advance(59 * minute);
    expect(await desk.expire()).toBe(0);
    await world.time.advance(minute);
    expect(rows(world).slice(2)).toEqual(['t1 expired', 't2 expired']);
    await expect(desk.approve(wordOn(world))).rejects.toThrow('expired');
    expect(sent(world)).toEqual([]);
  });

  it('are carried out by the next process when this one dies between the word and the deed', async () => {
    for (const broken of ['writeResponses', 'writeOutbox'] as const) {
      const { world, desk } = await proposed();
      const write = world.store[broken];
      world.store[broken] = () => Promise.reject(new Error('killed'));
      await expect(desk.approve(wordOn(world))).rejects.toThrow('killed');
      world.store[broken] = write as never;
      const next = world.boot();
      await next.responder.start();
      await world.time.advance(5);
      expect(sent(world), broken).toEqual(['token.revoke t1', 'token.revoke t2']);
      const ids = world.network.sent.map(({ id }) => id);
      expect(ids, broken).toEqual(planIn(world).steps.map(({ responseId }) => responseId));
    }
  });
});

describe('what was done', () => {
  it('is given back by the connector that took it, once, and can be taken again', async () => {
    const world = createWorld();
    const { desk } = world.boot();
    await desk.propose(ask());
    await world.time.advance(5);
    const [step] = planIn(world).steps;
    const word = { tenant: 'acme', responseId: step?.responseId ?? '', who: bob, reason: 'a mistake' };
    const undo = await desk.undo(word);
    expect(undo).toMatchObject({ action: 'undo', undoes: step?.responseId, state: 'requested' });
    await world.time.advance(5);
    expect(sent(world)).toEqual(['token.revoke t1', 'token.revoke t2', 'undo t1']);
    expect(world.records.map(({ state, target }) => `${state} ${target.key}`)).toEqual([
      `requested ${keyOf('t1')}`,
      `requested ${keyOf('t2')}`,
      `undone ${keyOf('t1')}`,
    ]);
    await expect(desk.undo(word)).rejects.toThrow('nothing to give back');
    const [first] = await world.store.findResponses('acme', [word.responseId]);
    expect(first).toMatchObject({ state: 'undone', reason: 'given back by bob' });

    await world.time.advance(minute);
    await desk.propose(ask({ reason: 'stolen after all' }));
    await world.time.advance(5);
    expect(sent(world).at(-1)).toBe('token.revoke t1');
    expect(new Set(world.network.sent.map(({ id }) => id)).size).toBe(4);
  });

  it('stays when the connector cannot give it back', async () => {
    const world = createWorld();
    const { desk } = world.boot(acting(), {
      connectors: [connectorOn(world.network, { declared: { undoes: false } })],
    });
    await desk.propose(ask());
    await world.time.advance(5);
    const responseId = planIn(world).steps[0]?.responseId ?? '';
    await expect(desk.undo({ tenant: 'acme', responseId, who: bob, reason: '' })).rejects.toThrow(
      'idp cannot give back',
    );
  });

  it('is confirmed by the receiver, even before its answer has come', async () => {
    const world = createWorld({ confirms: 'callback' });
    const { desk } = world.boot();
    const callback = { tenant: 'acme', who: { keyId: 'key_idp', by: 'idp' }, reason: '' };
    world.network.answer = async (responseId) => {
      await desk.confirm({ ...callback, responseId });
      return status(200);
    };
    await desk.propose(ask());
    await world.time.advance(5);
    const ids = planIn(world).steps.map(({ responseId }) => responseId);
    const states = async () => (await world.store.findResponses('acme', ids)).map(({ state }) => state);
    expect(await states()).toEqual(['confirmed', 'confirmed']);
    await world.time.advance(60 * minute);
    expect(await states()).toEqual(['confirmed', 'confirmed']);
    expect(world.records.map(({ state }) => state).sort()).toEqual([
      'confirmed',
      'confirmed',
      'requested',
      'requested',
    ]);
  });
});
