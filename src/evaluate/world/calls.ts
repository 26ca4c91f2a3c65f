import type { Effect, EventOf, Presented, Principal, TokenRef } from '../../domain/event/index.ts';
import { asked, settled } from './approvals.ts';
import { type ApiCapability, type Capability, isApi } from './cast.ts';
import { digestOf, emit, type Script, wait } from './script.ts';
import type { Token } from './tokens.ts';

const RUNTIME = 'https://agents.acme.example/runtime';
const GATEWAY = 'https://gateway.acme.example';
const TRIGGERS = 'https://triggers.acme.example';
type ApiCall = EventOf<'api.called'>;
type Received = EventOf<'request.received'>;
export type RequestKind = Received['kind'];
export type RequestSpec = Partial<Pick<Received, 'provenance' | 'ticket' | 'task'>>;

/** What set the chain in motion; returns the trigger's id. */
export function request(
  script: Script,
  initiator: Principal,
  kind: RequestKind = 'human',
  spec: RequestSpec = {},
): string {
  const triggerId = script.name('req');
  emit(script, TRIGGERS, 'request.received', {
    txn: script.txn,
    triggerId,
    initiator,
    kind,
    provenance: kind === 'webhook' ? { verified: true, method: 'hmac', keyId: 'hook-2026' } : undefined,
    ...spec,
  });
  return triggerId;
}

/** The request is settled, one way or another. */
export function close(
  script: Script,
  triggerId: string,
  reason: EventOf<'request.closed'>['reason'] = 'done',
): void {
  emit(script, TRIGGERS, 'request.closed', { txn: script.txn, triggerId, reason });
}

/** One party sets another to work; returns the call's id, the parent of what the callee does. */
export function invoke(
  script: Script,
  actor: Principal,
  callee: Principal,
  spec: { readonly token?: Token; readonly parentCallId?: string } = {},
): string {
  const callId = script.name('run');
  emit(script, RUNTIME, 'agent.invoked', {
    txn: script.txn,
    callId,
    actor,
    callee,
    token: spec.token === undefined ? undefined : callRef(script, spec.token),
    parentCallId: spec.parentCallId,
  });
  return callId;
}

export interface CallSpec {
  readonly parentCallId?: string;
  readonly resource?: string;
  readonly denied?: boolean;
  /** Time until a tool answers. */
  readonly durationMs?: number;
  /** What the resource server read in the credential it verified. */
  readonly presented?: Presented;
  /** HTTP status of an API call. */
  readonly status?: number;
  readonly approvalId?: string;
  readonly actor?: Principal;
  /** Set when nobody but this call names the transaction. */
  readonly mustCarryTxn?: boolean;
  /** What it can be compared with an approval by. */
  readonly facts?: ApiCall['facts'];
  readonly argsHash?: string;
  readonly task?: ApiCall['task'];
  readonly credentialSource?: ApiCall['credentialSource'];
  /** Where the caller sat. */
  readonly from?: ApiCall['source'];
  /** Key and proof, where they are not the token's own and a fresh one. */
  readonly sender?: ApiCall['sender'];
  /** The call carries no credential at all. */
  readonly bare?: boolean;
  /** Gateway and backend both report it. */
  readonly seenTwice?: boolean;
  /** The definition of the tool that the caller was shown. */
  readonly definition?: string;
  /** The server that offers the tool. */
  readonly server?: string;
}

/** Calls a tool and, unless it is refused, reports its answer. Returns the call's id. */
export function callTool(script: Script, token: Token, tool: Capability, spec: CallSpec = {}): string {
  const callId = script.name('call');
  const base = {
    ...callFacts(script, token, spec),
    callId,
    tool: shownTool(script, tool, spec),
    effect: tool.effect,
    target: { system: tool.system, resource: spec.resource },
    argsHash: spec.argsHash ?? digestOf(callId),
  };
  if (spec.denied === true) {
    emit(script, RUNTIME, 'tool.denied', { ...base, outcome: 'denied' });
    return callId;
  }
  emit(script, RUNTIME, 'tool.invoked', base);
  const startedMs = script.nowMs;
  wait(script, spec.durationMs ?? script.random.int(40, 900));
  emit(script, RUNTIME, 'tool.completed', { ...base, outcome: 'success' });
  // A long call does not hold up the rest of the story.
  if (spec.durationMs !== undefined) script.nowMs = startedMs + 100;
  return callId;
}

/** The tool as the agent saw it. */
function shownTool(script: Script, tool: Capability, spec: CallSpec): EventOf<'tool.invoked'>['tool'] {
  const server = spec.server ?? `https://mcp.acme.example/${tool.system}`;
  const shown = { name: tool.action, server };
  const definition =
    spec.definition ?? (script.showsDefinitions ? `${tool.action}, first edition` : undefined);
  if (definition === undefined) return shown;
  const annotations = { readOnlyHint: tool.effect === 'read', openWorldHint: tool.system === 'mail' };
  return { ...shown, definitionHash: digestOf(definition), annotations };
}

/**
 * Calls an API; sometimes the gateway and its backend both report it, as one HTTP request. Returns that request's id.
 */
export function callApi(script: Script, token: Token, action: ApiCapability, spec: CallSpec = {}): string {
  const denied = spec.denied === true;
  const status = spec.status ?? (denied ? 403 : action.effect === 'write' ? 201 : 200);
  const body = {
    ...callFacts(script, token, spec),
    target: { system: action.system, resource: spec.resource ?? `${action.system}/records/1000` },
    action: action.action,
    effect: action.effect satisfies Effect,
    status,
    httpRequestId: script.name('http'),
    sender: spec.sender ?? senderOf(script, token),
  };
  const report = (source: string, role: 'gateway' | 'resource', carried: object): void => {
    const observer = { id: source, role };
    if (denied) emit(script, source, 'api.denied', { ...body, ...carried, outcome: 'denied', observer });
    else emit(script, source, 'api.called', { ...body, ...carried, outcome: outcomeOf(status), observer });
  };
  report(GATEWAY, 'gateway', spec.presented === undefined ? {} : { presented: spec.presented });
  if (script.random.chance(0.25) || spec.seenTwice === true) {
    wait(script, 2, 40);
    report(`https://api.acme.example/${action.system}`, 'resource', {});
  }
  return body.httpRequestId;
}

/** Whoever holds a bound token proves it with every call, each time anew. */
function senderOf(script: Script, { cnf }: Token): ApiCall['sender'] {
  return cnf === undefined ? undefined : { ...cnf, jti: script.name('proof') };
}

function outcomeOf(status: number): 'success' | 'failure' {
  return status >= 400 ? 'failure' : 'success';
}

/** Tool or API call, whichever the capability is. */
export function call(script: Script, token: Token, capability: Capability, spec: CallSpec = {}): void {
  if (isApi(capability)) callApi(script, token, capability, spec);
  else callTool(script, token, capability, spec);
}

/** A person is asked and agrees; returns the approval's id. */
export function approve(script: Script, token: Token, capability: Capability, approver: Principal): string {
  const binds = [{ action: capability.grant }];
  const approvalId = asked(script, { binds, requester: token.holder });
  wait(script, 2_000, 20_000);
  settled(script, 'granted', approvalId, { binds, approver });
  wait(script, 100, 800);
  return approvalId;
}

/** A resource server refuses a token and says why. */
export function reject(script: Script, token: Token, reason: 'expired' | 'scope' | 'reuse'): void {
  emit(script, GATEWAY, 'token.rejected', {
    txn: script.txn,
    error: reason === 'scope' ? 'insufficient_scope' : 'invalid_token',
    by: GATEWAY,
    token: callRef(script, token),
    reason,
  });
}

function callFacts(script: Script, token: Token, spec: CallSpec) {
  return {
    txn: script.callsCarryTxn || spec.mustCarryTxn === true ? script.txn : undefined,
    actor: spec.actor ?? token.holder,
    token: spec.bare === true ? undefined : callRef(script, token),
    parentCallId: spec.parentCallId,
    presented: spec.presented,
    approvalId: spec.approvalId,
    facts: spec.facts,
    task: spec.task,
    source: spec.from,
    credentialSource: spec.credentialSource,
  };
}

/** Gateways often see only the credential itself, so they name it by digest. */
function callRef(script: Script, { ref }: Token): TokenRef {
  return script.callsNameHash && ref.hash !== undefined ? { hash: ref.hash } : ref;
}
