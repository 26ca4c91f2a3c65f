import { expect, it } from 'vitest';
import { createAuditWriter } from '../../../src/audit/index.ts';
import { walkAudit } from '../../../src/domain/audit-check.ts';
import type { PlanSubject } from '../../../src/domain/response-desk.ts';
import { findingOf } from '../alert/findings.ts';
import { createMemoryAudit } from '../audit/memory.ts';
import { acting } from './support.ts';
import { createWorld, minute, withAlert } from './world.ts';

const ann = { keyId: 'key_ann', by: 'ann' };
const bob = { keyId: 'key_bob', by: 'bob' };

/** A process that keeps an audit. */
function setUp() {
  const world = createWorld();
  const memory = createMemoryAudit();
  const audit = createAuditWriter({
    store: memory,
    writer: 'w_1',
    freshName: () => 'w_fork',
    onFork: () => undefined,
  });
  const process = world.boot(acting({ mode: 'propose' }), { audit });
  const refused = () =>
    memory.entries.flatMap(({ kind, actor, subjectId, body: { verb, why } }) =>
      kind === 'person.refused' ? `${actor} may not ${verb} ${subjectId}: ${why}` : [],
    );
  const ask = (subject: PlanSubject, who = ann) =>
    process.desk.propose({ tenant: 'acme', subject, who, reason: 'stolen' });
  /** The same again and again. */
  const thrice = async (act: (time: number) => Promise<unknown>) => {
    for (let time = 0; time < 3; time += 1) {
      await expect(act(time)).rejects.toMatchObject({ code: 'CONFLICT' });
      await world.time.advance(1_000);
    }
  };
  return { world, memory, refused, ask, thrice, ...process };
}

it('keeps every refused word on a plan with its reason, once, in the chain of the audit', async () => {
  const { world, memory, refused, ask, thrice, desk } = setUp();
  const subject = { id: 'holder of t1', kind: 'agent' } as const;
  const { id: planId, digest, expiresMs } = await ask({ kind: 'subject', subject });
  const word = { tenant: 'acme', planId, digest, who: ann, reason: 'me too' };
  await thrice(() => desk.approve(word));
  await thrice((time) => desk.deny({ ...word, who: bob, digest: `${time}`.padStart(64, '0') }));
  await thrice(() => desk.approve({ ...word, who: { keyId: 'key_1', by: 'holder of t1' } }));
  await world.time.advance(60 * minute);
  await thrice(() => desk.deny({ ...word, who: bob }));
  const expired = new Date(expiresMs).toISOString();
  expect(refused()).toEqual([
    `ann may not approve ${planId}: ann asked for it: another person must approve`,
    `bob may not deny ${planId}: the plan is not the one that was seen: its digest differs`,
    `holder of t1 may not approve ${planId}: holder of t1 may be holder of t1, whom the plan is about`,
    `bob may not deny ${planId}: it has expired: nobody decided by ${expired}`,
  ]);
  expect(memory.entries.find(({ kind }) => kind === 'person.refused')?.body).toMatchObject({
    keyId: 'key_ann',
    digest,
    said: 'me too',
  });
  expect(walkAudit('w_1', memory.entries).faults).toEqual([]);
});

it('keeps what was refused of a response, and names what else it concerns', async () => {
  const { world, memory, refused, handle, thrice, desk } = setUp();
  await handle([findingOf()]);
  const [response] = world.store.responses;
  const { id: responseId = '', planId, alertId } = response ?? {};
  const word = { tenant: 'acme', responseId, who: bob, reason: '' };
  await thrice(() => desk.undo(word));
  await thrice(() => desk.confirm(word));
  expect(refused()).toEqual([
    `bob may not undo ${responseId}: the response is proposed: there is nothing to give back`,
    `bob may not confirm ${responseId}: the response is proposed: nothing is to be confirmed`,
  ]);
  const about = memory.entries.filter(({ kind }) => kind === 'person.refused').map((entry) => entry.about);
  expect(about).toEqual([
    [planId, alertId, 'chn_1'],
    [planId, alertId, 'chn_1'],
  ]);
});

it('keeps what somebody asked for in vain, but not what does not exist', async () => {
  const { world, refused, ask, thrice, desk } = setUp();
  const { id: alertId } = withAlert(world, { revoke: undefined });
  await thrice(() => ask({ kind: 'alert', alertId }));
  const token = { kind: 'token', ref: { iss: 'iss', jti: 't1' } } as const;
  await ask(token);
  await thrice(() => ask(token, bob));
  const word = { tenant: 'acme', planId: 'pln_0', digest: '', who: ann, reason: '' };
  await expect(desk.approve(word)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  expect(refused()).toEqual([
    `ann may not revoke ${alertId}: the alert names no credential whose revocation would end it`,
    'bob may not revoke tok:["iss","t1"]: nothing is left to end',
  ]);
});

it('answers nothing that it could not keep', async () => {
  const { memory, ask, desk } = setUp();
  const { id: planId } = await ask({ kind: 'token', ref: { iss: 'iss', jti: 't1' } });
  memory.writeAudit = () => Promise.reject(new Error('the store is down'));
  const word = { tenant: 'acme', planId, digest: '', who: bob, reason: '' };
  await expect(desk.approve(word)).rejects.toThrow('the store is down');
});
