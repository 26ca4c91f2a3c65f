import { expect, it } from 'vitest';
import * as z from 'zod';
import type { Detector, Sighting } from '../../../src/domain/detector.ts';
import type { EventData } from '../../../src/domain/event/index.ts';
import { Policy } from '../../../src/domain/policy.ts';
import { createEngine } from '../../../src/engine.ts';
import { admitted, START_MS } from './worlds.ts';

/** The last sighting of each kind, by key, after the events have been applied in both directions. */
function sightings(told: readonly object[], policy: object = {}): Map<string, Sighting> {
  const events = told.map((data, index) =>
    admitted({ v: 1, ...data } as EventData, { id: `e${index}`, atMs: START_MS + index * 1000 }),
  );
  const seen = new Map<string, Sighting>();
  for (const order of [events, events.toReversed()]) {
    seen.clear();
    const engine = createEngine({ detectors: [watcher(seen)], policy: Policy.parse(policy) });
    order.forEach((event, index) => {
      engine.apply([{ kind: 'event', seq: index + 1, event }]);
    });
  }
  return seen;
}

function watcher(seen: Map<string, Sighting>): Detector {
  return {
    ...{ id: 'watcher', version: 1, title: '', maturity: 'live', nature: 'monotone', basis: 'deterministic' },
    ...{ severity: 'info', covers: [], requires: { events: [], fields: [] }, frameworks: [] },
    config: z.strictObject({}),
    looksAt: ['token', 'action', 'chain', 'tool', 'principal'],
    evaluate(sighting) {
      seen.set(sighting.on, sighting);
      return [];
    },
  };
}

const ann = { id: 'ann', kind: 'human' } as const;
const bot = { id: 'bot', kind: 'agent' } as const;
const token = { iss: 'https://as.example', jti: 't' };
const minted = {
  ...{ type: 'token.issued', token, tokenKind: 'access_token', grant: 'x', subject: ann, actor: bot },
  ...{ scope: ['db:write'], iat: START_MS / 1000, exp: START_MS / 1000 + 600 },
};
const write = {
  ...{ type: 'api.called', actor: bot, target: { system: 'db' }, action: 'write', token, txn: 'x1' },
};

it('finds an approval by its id alone, and every action that names it', () => {
  const seen = sightings([
    minted,
    { type: 'approval.requested', approvalId: 'a1', binds: [], requester: bot },
    {
      type: 'approval.granted',
      approvalId: 'a1',
      binds: [{ action: 'db:write' }],
      approver: ann,
      maxUses: 1,
    },
    { ...write, approvalId: 'a1' },
    { ...write, approvalId: 'a1', txn: 'x2', token: { iss: 'https://as.example', jti: 'other' } },
  ]);
  const action = seen.get('action');
  expect(action?.on === 'action' && action.action.approval).toMatchObject({
    requests: [{ by: bot }],
    grants: [{ by: ann, maxUses: 1, binds: [{ action: 'db:write' }] }],
    uses: [{ txn: 'x1' }, { txn: 'x2' }],
  });
});

it('tells when the request of a chain ended, although the end names its trigger only', () => {
  const seen = sightings([
    { type: 'request.received', triggerId: 'r1', initiator: ann, kind: 'ticket', ticket: 'T-1', txn: 'x1' },
    minted,
    write,
    { type: 'request.closed', triggerId: 'r1', reason: 'withdrawn' },
  ]);
  const chain = seen.get('chain');
  expect(chain?.on === 'chain' && chain.chain.requests).toMatchObject([
    { triggerId: 'r1', ticket: 'T-1', ends: [{ reason: 'withdrawn', atMs: START_MS + 3000 }] },
  ]);
});

it('orders what a chain did, decided and was granted', () => {
  const seen = sightings([
    { type: 'request.received', triggerId: 'r1', initiator: ann, kind: 'human', txn: 'x1' },
    { ...minted, txn: 'x1' },
    {
      type: 'policy.decision',
      ...{ subject: { type: 'agent', id: 'bot' }, action: { name: 'write' } },
      ...{ resource: { type: 'db', id: 'orders' }, decision: true, token },
    },
    {
      ...{ type: 'privilege.granted', principal: bot, grants: ['dba'], exp: START_MS / 1000 + 60 },
      txn: 'x1',
    },
    write,
    { type: 'privilege.expired', principal: bot, grants: ['dba'], exp: null, txn: 'x1' },
    { ...write, action: 'read' },
  ]);
  const chain = seen.get('chain');
  if (chain?.on !== 'chain') throw new Error('no chain was seen');
  expect(chain.chain.actions.map(({ action }) => action)).toEqual(['write', 'read']);
  expect(chain.chain.decisions).toMatchObject([{ allowed: true, resource: { id: 'orders' } }]);
  expect(chain.chain.privileges).toMatchObject([{ grants: ['dba'], endedMs: START_MS + 5000 }]);
});

it('knows what became of people under any of their names', () => {
  const seen = sightings(
    [
      minted,
      write,
      { type: 'identity.changed', principal: { id: 'ann@corp', kind: 'human' }, change: 'offboarded' },
      { type: 'identity.linked', principals: [ann, { id: 'ann.old', kind: 'human' }] },
      { type: 'identity.changed', principal: { id: 'ann.old', kind: 'human' }, change: 'disabled' },
    ],
    { aliases: [['ann', 'ann@corp']] },
  );
  const sighting = seen.get('token');
  if (sighting?.on !== 'token') throw new Error('no token was seen');
  expect(sighting.people.of(ann).changes.map(({ change }) => change)).toEqual(['offboarded', 'disabled']);
  expect(sighting.people.same({ id: 'ann@corp', kind: 'human' }, { id: 'ann.old', kind: 'human' })).toBe(
    true,
  );
  expect(sighting.people.same(ann, bot)).toBe(false);
});

it('looks again at a chain when one of its people is heard of under the name that policy knows', () => {
  const seen = new Map<string, Sighting>();
  const policy = Policy.parse({ aliases: [['ann', 'ann@corp']] });
  const engine = createEngine({ detectors: [watcher(seen)], policy });
  const news = { type: 'identity.changed', principal: { id: 'ann@corp', kind: 'human' }, change: 'disabled' };
  [minted, write, news].forEach((data, index) => {
    seen.clear();
    const event = admitted({ v: 1, ...data } as EventData, { id: `e${index}`, atMs: START_MS + index });
    engine.apply([{ kind: 'event', seq: index + 1, event }]);
  });
  expect([...seen.keys()].sort()).toEqual(['action', 'chain', 'token']);
});

it('keeps every definition under which a tool was called', () => {
  const call = (callId: string, definitionHash: string) => ({
    ...{ type: 'tool.invoked', callId, actor: bot, tool: { name: 'send', server: 'mail', definitionHash } },
  });
  const seen = sightings([call('c1', 'sha256:a'), call('c2', 'sha256:b'), call('c3', 'sha256:a')]);
  const tool = seen.get('tool');
  expect(tool?.on === 'tool' && tool.tool.definitions.map(({ hash }) => hash)).toEqual([
    'sha256:a',
    'sha256:b',
  ]);
});

it('counts the approvals that somebody granted in one minute', () => {
  const granted = (approvalId: string) => ({
    type: 'approval.granted',
    approvalId,
    binds: [],
    approver: ann,
  });
  const seen = sightings([granted('a1'), granted('a2'), granted('a3')]);
  const sighting = seen.get('principal');
  expect(sighting?.on === 'principal' && sighting.window).toMatchObject({
    approvalCount: 3,
    approvalsPerMinute: 3,
  });
});

it('says what was said of a token after its mint', () => {
  const seen = sightings([
    { ...minted, maxUses: 1, cnf: { jkt: 'k1' }, mayAct: { sub: 'bot' }, session: 's1' },
    { type: 'token.introspected', token, active: false, by: 'gateway' },
    { type: 'token.rejected', token, error: 'invalid_token', by: 'gateway', reason: 'reuse' },
    { type: 'credential.exposed', token, where: 'a public repository', at: '2026-01-04T00:00:00Z' },
  ]);
  const sighting = seen.get('token');
  expect(sighting?.on === 'token' && sighting.token).toMatchObject({
    ...{ maxUses: 1, cnf: { jkt: 'k1' }, mayAct: { sub: 'bot' }, session: 's1' },
    introspections: [{ active: false, by: 'gateway' }],
    rejections: [{ reason: 'reuse' }],
    exposure: { where: 'a public repository', atMs: Date.UTC(2026, 0, 4) },
  });
});
