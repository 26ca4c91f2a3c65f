import { createHash } from 'node:crypto';
import fc from 'fast-check';
import type { AdmittedEvent, EventData } from '../../../src/domain/event/index.ts';

export const START_MS = Date.UTC(2026, 0, 5, 8);

/** An event as admission would hand it over; only what the engine reads is real. */
export function admitted(
  data: EventData,
  options: { id: string; atMs: number; source?: string; bound?: boolean },
): AdmittedEvent {
  const source = options.source ?? '//world';
  const text = JSON.stringify([source, options.id, options.atMs, data]);
  return {
    tenant: 'acme',
    source,
    id: options.id,
    timeMs: options.atMs,
    data,
    text,
    digest: createHash('sha256').update(text).digest('hex'),
    origin: { publisher: 'world', adapter: 'cloudevents', issuerBound: options.bound ?? true },
  };
}

const iss = 'https://as.example';
const hash = (n: number): string => `sha256:${createHash('sha256').update(String(n)).digest('base64url')}`;

const ref = fc.oneof(
  { weight: 6, arbitrary: fc.nat(7).map((n) => ({ iss, jti: `t${n}` })) },
  { weight: 2, arbitrary: fc.nat(7).map((n) => ({ hash: hash(n) })) },
  { weight: 2, arbitrary: fc.nat(7).map((n) => ({ iss, jti: `t${n}`, hash: hash(n) })) },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.nat(7), fc.nat(7)).map(([n, m]) => ({ iss, jti: `t${n}`, hash: hash(m) })),
  },
);
const principal = fc
  .nat(4)
  .map((n) => ({ id: `p${n}`, kind: n === 0 ? ('human' as const) : ('agent' as const) }));
const scope = fc.subarray(['crm:read', 'crm:write', 'tool:get', 'tool:send']);
const txn = fc.option(
  fc.nat(2).map((n) => `x${n}`),
  { nil: undefined, freq: 2 },
);
const callId = fc.nat(5).map((n) => `c${n}`);
const seconds = START_MS / 1000;
const exp = fc.oneof(
  fc.nat(600).map((n) => seconds + n),
  fc.constantFrom(null, seconds + 200_000),
);

const httpRequestId = fc.option(fc.constantFrom('h1', 'h2'), { nil: undefined, freq: 1 });
const act = fc.constantFrom({ sub: 'p1' }, { sub: 'p2', act: { sub: 'p3' } });
/** What a resource server read in a token: any part of it. */
const presented = fc.record(
  { exp, scope, aud: fc.constantFrom(['crm'], ['mail']), nbf: fc.constant(seconds + 60), act },
  { requiredKeys: [] },
);

const defined = <T extends object>(value: T): T =>
  Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined)) as T;

const triggerId = fc.constantFrom('r', 's');
const approvalId = fc.constantFrom('a1', 'a2');
const binds = fc.constantFrom([], [{ action: 'crm:write' }]);

/** What is said beside tokens and calls. */
const evidence = fc.oneof(
  fc.record({
    type: fc.constantFrom('approval.requested', 'approval.expired', 'approval.withdrawn'),
    approvalId,
    binds,
    requester: fc.option(principal, { nil: undefined }),
    txn,
  }),
  fc.record({
    type: fc.constantFrom('approval.granted', 'approval.denied'),
    approvalId,
    binds,
    approver: principal,
    maxUses: fc.constantFrom(undefined, 1),
    txn,
  }),
  fc.record({
    type: fc.constant('request.closed'),
    triggerId,
    reason: fc.constantFrom('done', 'withdrawn'),
    txn,
  }),
  fc.record({
    type: fc.constant('policy.decision'),
    subject: fc.constant({ type: 'agent', id: 'p1' }),
    action: fc.constant({ name: 'write' }),
    resource: fc.constant({ type: 'crm', id: 'r1' }),
    decision: fc.boolean(),
    token: fc.option(ref, { nil: undefined }),
    txn,
  }),
  fc.record({
    type: fc.constant('token.introspected'),
    token: ref,
    active: fc.boolean(),
    by: fc.constant('gw'),
  }),
  fc.record({ type: fc.constant('credential.exposed'), token: ref }),
  fc.record({ type: fc.constant('credential.exposed'), principal }),
  fc.record({
    type: fc.constantFrom('privilege.granted', 'privilege.expired'),
    principal,
    grants: fc.constantFrom(['admin'], ['admin', 'db']),
    exp: fc.constantFrom(null, seconds + 100),
    token: fc.option(ref, { nil: undefined }),
    approvalId: fc.option(approvalId, { nil: undefined }),
    txn,
  }),
  fc.record({
    type: fc.constant('identity.changed'),
    principal,
    change: fc.constantFrom('disabled', 'offboarded', 'compromised'),
  }),
  fc.record({
    type: fc.constant('response.recorded'),
    token: ref,
    response: fc.constantFrom('r1', 'r2'),
    state: fc.constantFrom('requested', 'confirmed', 'unconfirmed', 'undone'),
  }),
  fc.record({
    type: fc.constant('response.recorded'),
    family: fc.constantFrom('f1', 'f2'),
    iss: fc.constantFrom(undefined, iss, 'https://other.example'),
    response: fc.constant('r3'),
    state: fc.constantFrom('requested', 'confirmed', 'unconfirmed', 'undone'),
  }),
  fc.record({
    type: fc.constant('response.recorded'),
    subject: principal,
    cutOff: fc.constantFrom(
      undefined,
      new Date(START_MS).toISOString(),
      new Date(START_MS - 1).toISOString(),
    ),
    response: fc.constant('r4'),
    state: fc.constantFrom('requested', 'confirmed', 'unconfirmed', 'undone'),
  }),
  fc.record({ type: fc.constant('identity.linked'), principals: fc.tuple(principal, principal) }),
);

const data: fc.Arbitrary<EventData> = fc
  .oneof(
    fc.record({ type: fc.constant('token.issued'), token: ref, subject: principal, scope, exp, txn }),
    fc.record({
      type: fc.constant('token.exchanged'),
      token: ref,
      subject: principal,
      actor: principal,
      scope,
      exp,
      txn,
      actorToken: fc.option(ref, { nil: undefined, freq: 1 }),
      parents: fc.array(ref, { minLength: 1, maxLength: 2 }),
    }),
    fc.record({
      type: fc.constant('token.refreshed'),
      token: ref,
      previous: ref,
      exp,
      scope: fc.option(scope, { nil: undefined }),
      family: fc.constantFrom('f1', 'f2'),
    }),
    fc.record({
      type: fc.constant('token.revoked'),
      token: ref,
      reason: fc.constantFrom('compromise', 'logout', undefined),
    }),
    fc.record({
      type: fc.constant('token.revoked'),
      family: fc.constantFrom('f1', 'f2'),
      reason: fc.constant('policy'),
    }),
    fc.record({ type: fc.constant('token.revoked'), subject: principal, reason: fc.constant('admin') }),
    fc.record({
      type: fc.constant('agent.invoked'),
      callId,
      actor: principal,
      callee: principal,
      token: fc.option(ref, { nil: undefined }),
      parentCallId: fc.option(callId, { nil: undefined }),
      txn,
    }),
    fc.record({
      type: fc.constantFrom('tool.invoked', 'tool.completed', 'tool.denied'),
      callId,
      actor: principal,
      tool: fc.constantFrom(
        { name: 'get' },
        { name: 'send', definitionHash: hash(1) },
        { name: 'send', definitionHash: hash(2) },
        { name: 'drop' },
      ),
      token: fc.option(ref, { nil: undefined }),
      parentCallId: fc.option(callId, { nil: undefined }),
      effect: fc.constantFrom('read', 'write'),
      httpRequestId,
      approvalId: fc.option(approvalId, { nil: undefined, freq: 1 }),
      txn,
    }),
    fc.record({
      type: fc.constantFrom('api.called', 'api.denied'),
      actor: principal,
      target: fc.constantFrom({ system: 'crm' }, { system: 'crm', resource: 'r1' }),
      action: fc.constantFrom('read', 'write'),
      token: fc.option(ref, { nil: undefined }),
      httpRequestId,
      txn,
      presented: fc.option(presented, { nil: undefined }),
    }),
    fc.record({
      type: fc.constant('request.received'),
      triggerId,
      initiator: principal,
      kind: fc.constantFrom('human', 'schedule'),
      txn,
    }),
    evidence,
  )
  .map((value) => {
    const minted = value.type === 'token.issued' || value.type === 'token.exchanged';
    return defined({
      v: 1,
      ...value,
      ...(minted
        ? { tokenKind: 'access_token', grant: 'x', iat: seconds }
        : value.type === 'token.refreshed'
          ? { iat: seconds }
          : {}),
    }) as unknown as EventData;
  });

const source = fc.oneof(
  { weight: 4, arbitrary: fc.constant('//world') },
  { weight: 1, arbitrary: fc.constant('//other') },
);

/** A small world in which anything may name anything: cycles, conflicts, twice the same id, two names for one token. */
export const events: fc.Arbitrary<AdmittedEvent[]> = fc
  .array(fc.tuple(data, fc.nat(300), fc.nat(30), fc.boolean(), source), { minLength: 1, maxLength: 24 })
  .map((rows) =>
    rows.map(([value, at, id, bound, source]) =>
      admitted(value, { id: `e${id}`, atMs: START_MS + at * 1000, bound, source }),
    ),
  );

/** An approval whose id another event claims, which wins: who was judged by it is judged without it. */
export const approvalTakenBack: readonly AdmittedEvent[] = (
  [
    [
      {
        type: 'approval.granted',
        approvalId: 'a1',
        binds: [],
        approver: { id: 'p0', kind: 'human' },
        txn: 'x1',
      },
      'e27',
      26,
    ],
    [
      {
        ...{
          type: 'token.issued',
          token: { iss, jti: 't0' },
          tokenKind: 'access_token',
          grant: 'x',
          scope: [],
        },
        ...{ subject: { id: 'p0', kind: 'human' }, iat: seconds, exp: seconds + 600, txn: 'x1' },
      },
      'e0',
      0,
    ],
    [{ type: 'token.revoked', token: { iss, jti: 't3', hash: hash(3) }, reason: 'compromise' }, 'e27', 158],
  ] as const
).map(([value, id, at]) =>
  admitted({ v: 1, ...value } as unknown as EventData, { id, atMs: START_MS + at * 1000, bound: false }),
);
