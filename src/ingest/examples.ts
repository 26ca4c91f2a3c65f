import type { EventData, EventOf, EventType } from '../domain/event/index.ts';

const iss = 'https://as.example.com';
const person = { id: 'alice@example.com', iss, kind: 'human' } as const;
const agent = { id: 'agent/invoices', kind: 'agent' } as const;
const token = { iss, jti: 'at-7f3c9b' };
const parent = { iss, jti: 'at-1d20aa' };
const exp = 1_790_003_600;
const minted = {
  token,
  tokenKind: 'access_token',
  grant: 'authorization_code',
  subject: person,
  scope: ['tool:read_invoice'],
  iat: 1_790_000_000,
  exp,
};
const toolCall = { callId: 'call-42', actor: agent, tool: { name: 'read_invoice' } };
const apiCall = { actor: agent, target: { system: 'billing' }, action: 'invoices.get' };
const approval = { approvalId: 'apr-9', binds: [{ action: 'tool:pay_invoice' }] };

type Rest<T extends EventType> = Omit<EventOf<T>, 'type' | 'v'>;

/** The smallest useful event of every type: nothing but what is mandatory. They stand in the published contract. */
const smallest: { readonly [T in EventType]: Rest<T> } = {
  'token.issued': minted,
  'token.exchanged': {
    ...minted,
    grant: 'urn:ietf:params:oauth:grant-type:token-exchange',
    parents: [parent],
  },
  'token.refreshed': { token, previous: parent, family: 'fam-3', iat: 1_790_000_000, exp },
  'token.introspected': { token, active: true, by: 'billing' },
  'token.revoked': { token },
  'token.rejected': { error: 'invalid_token', by: 'billing' },
  'agent.invoked': { callId: 'run-1', actor: person, callee: agent },
  'tool.invoked': toolCall,
  'tool.completed': toolCall,
  'tool.denied': toolCall,
  'api.called': apiCall,
  'api.denied': apiCall,
  'system.changed': { target: { system: 'billing', resource: 'invoices/81' }, change: 'status' },
  'approval.requested': approval,
  'approval.granted': { ...approval, approver: person },
  'approval.denied': { ...approval, approver: person },
  'approval.expired': approval,
  'approval.withdrawn': approval,
  'request.received': { triggerId: 'req-5', initiator: person, kind: 'human' },
  'request.closed': { triggerId: 'req-5', reason: 'done' },
  'policy.decision': {
    subject: { type: 'agent', id: agent.id },
    action: { name: 'invoices.get' },
    resource: { type: 'invoice', id: '81' },
    decision: true,
  },
  'privilege.granted': { principal: agent, grants: ['billing:invoices.pay'], exp },
  'privilege.expired': { principal: agent, grants: ['billing:invoices.pay'], exp },
  'identity.changed': { principal: person, change: 'disabled' },
  'identity.registered': { principal: { ...agent, owner: person.id } },
  'identity.linked': {
    principals: [person, { id: '00u1a2b3', iss: 'https://idp.example.com', kind: 'human' }],
  },
  'credential.exposed': { token },
  'response.recorded': { token, response: 'rsp_5e1f', state: 'requested' },
};

export const eventTypes = Object.keys(smallest) as readonly EventType[];

export interface ExampleEvent {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly time: string;
  readonly data: EventData;
}

/** A whole CloudEvent of `type` with nothing optional in it. */
export function exampleEvent(type: EventType): ExampleEvent {
  return {
    specversion: '1.0',
    id: `example-${type}`,
    source: iss,
    type: `com.example.${type}.v1`,
    time: '2026-09-21T13:33:20Z',
    data: { v: 1, type, ...structuredClone(smallest[type]) } as EventData,
  };
}
