import type { EventType } from '../../src/domain/event/index.ts';
import { type ExampleEvent, eventTypes, exampleEvent } from '../../src/ingest/examples.ts';

const iss = 'https://as.example.com';
const person = { id: 'alice@example.com', iss, kind: 'human', name: 'Alice', tenant: 'acme', owner: 'hr' };
const agent = { id: 'spiffe://example.com/agent/invoices', kind: 'agent', owner: 'team-billing' };
const token = { iss, jti: 'at-7f3c9b', hash: 'sha256:LPJNul-wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ' };
const parent = { hash: 'sha256:47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU' };
const argsHash = 'sha256:6315485ec72c301b81685d71e14aad621953408ec3c819680412d8f32c78e91f';
const act = { sub: 'agent/invoices', iss, act: { sub: 'orchestrator', act: { sub: 'gateway' } } };
const cnf = {
  jkt: '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I',
  x5t: 'A4DtL2JmUMhAsvJj5tKyn64SqzmuXbMrJa0n761y5v0',
};
const facts = {
  amount: 12.5,
  currency: 'EUR',
  fields: ['iban'],
  rows: 3,
  bytes: 1_024,
  environment: 'production',
  repository: 'acme/billing',
  record: 'invoice-81',
};
const target = { system: 'billing', resource: 'invoices/81', kind: 'invoice' };
const presented = {
  iat: 1_790_000_000,
  exp: null,
  nbf: 1_790_000_000,
  aud: ['billing'],
  scope: ['billing:invoices.get'],
  client: 'agent/invoices',
  act,
  cnf,
};

/** Every optional member that all types share. */
const common = {
  tenant: 'acme',
  outcome: 'success',
  txn: 'txn-1',
  chainHint: 'hint-1',
  task: { id: 'task-1', purpose: 'pay the March invoice' },
  source: { adapter: 'gateway', ip: '192.0.2.7', userAgent: 'curl/8', rawRef: 'log://gateway/17' },
  observedAt: '2026-09-21T13:33:21.5+02:00',
  observer: { id: 'gateway-1', role: 'gateway' },
  httpRequestId: 'req-17',
  approvalId: 'apr-9',
  facts,
  credentialSource: { manager: 'vault', path: 'secret/agents' },
};
const minted = {
  token,
  client: 'agent/invoices',
  actor: agent,
  act,
  mayAct: { sub: 'agent/invoices' },
  aud: ['billing'],
  nbf: 1_790_000_000,
  cnf,
  family: 'fam-3',
  parents: [parent],
  authorizationDetails: [
    { type: 'payment', locations: ['https://pay.example.com'], limit: { USD: 90, EUR: 100 } },
  ],
  maxUses: 1,
};
const toolCall = {
  parentCallId: 'run-1',
  token,
  tool: {
    name: 'read_invoice',
    server: 'https://mcp.example.com',
    annotations: { title: 'Read', readOnlyHint: true },
  },
  argsHash,
  effect: 'read',
  target,
  decision: 'dec-1',
  presented,
};
const apiCall = {
  token,
  target,
  effect: 'write',
  status: 200,
  sender: { ...cnf, jti: 'proof-1' },
  callId: 'call-43',
  parentCallId: 'call-42',
  presented,
};
const approval = {
  binds: [{ action: 'tool:pay_invoice', target: 'invoices/81', argsHash, actor: agent.id, facts }],
  exp: 1_790_003_600,
  maxUses: 1,
  requester: agent,
  ticket: 'OPS-7',
};

/** The optional members of each type, on top of `common`. */
const optional: { readonly [T in EventType]: object } = {
  'token.issued': minted,
  'token.exchanged': { ...minted, actorToken: parent, requestedScope: ['a'], requestedAudience: ['b'] },
  'token.refreshed': { scope: ['a'], client: 'c' },
  'token.introspected': { scope: ['a'], exp: null },
  'token.revoked': { by: 'soc', reason: 'leaked', cascade: true },
  'token.rejected': { token, reason: 'expired' },
  'agent.invoked': { parentCallId: 'run-0', token },
  'tool.invoked': toolCall,
  'tool.completed': toolCall,
  'tool.denied': toolCall,
  'api.called': apiCall,
  'api.denied': apiCall,
  'system.changed': { actor: agent, token, beforeHash: argsHash, afterHash: argsHash },
  'approval.requested': approval,
  'approval.granted': approval,
  'approval.denied': approval,
  'approval.expired': approval,
  'approval.withdrawn': approval,
  'request.received': { provenance: { verified: true, method: 'hmac', keyId: 'key-1' }, ticket: 'OPS-7' },
  'request.closed': { ticket: 'OPS-7' },
  'policy.decision': {
    subject: { type: 'agent', id: 'a', properties: { team: 'billing', age: 3 } },
    action: { name: 'read', properties: { dry: false, cost: 1 } },
    resource: { type: 'invoice', id: '81', properties: { tags: ['x'], owner: null } },
    policy: { id: 'p', version: '3', digest: 'sha256:abc' },
    token,
  },
  'privilege.granted': { exp: null, token },
  'privilege.expired': { exp: null, token },
  'identity.changed': { principal: person, session: 'ses-1' },
  'identity.registered': { sponsor: 'alice@example.com', charter: 'reads invoices' },
  'identity.linked': { by: 'hr-feed' },
  'credential.exposed': { where: 'https://paste.example.com/1', at: '2026-09-21T13:00:00Z', by: 'scanner' },
  'response.recorded': { connector: 'idp', iss: 'https://as.example.com', cutOff: '2026-09-21T13:00:00Z' },
};

export type Sample = Omit<ExampleEvent, 'data'> & { readonly data: Record<string, unknown> };

export const minimalSamples: readonly Sample[] = eventTypes.map(
  (type) => exampleEvent(type) as unknown as Sample,
);

/** One event of each type with every optional member in place, and extension attributes on the envelope. */
export const fullSamples: readonly Sample[] = minimalSamples.map((sample) => ({
  ...sample,
  subject: 'at-7f3c9b',
  datacontenttype: 'application/json',
  dataschema: 'https://schemas.example.com/event/1',
  partitionkey: 'txn-1',
  traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  tracestate: 'rojo=00f067aa0ba902b7',
  correlationid: 'cor-1',
  causationid: 'cau-1',
  recordedtime: '2026-09-21T13:33:22Z',
  sequence: '17',
  region: 'eu-1',
  attempt: 2,
  sampled: true,
  data: { ...sample.data, ...common, ...optional[sample.data['type'] as EventType] },
}));
