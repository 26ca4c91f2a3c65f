import type { Effect, Presented, Principal, TokenRef } from '../../domain/event/index.ts';
import type { ApiCapability, Capability } from './cast.ts';
import { digestOf, emit, type Script, wait } from './script.ts';
import type { Token } from './tokens.ts';

const RUNTIME = 'https://agents.acme.example/runtime';
const GATEWAY = 'https://gateway.acme.example';
const TRIGGERS = 'https://triggers.acme.example';
const APPROVALS = 'https://approvals.acme.example';

type RequestKind = 'human' | 'ticket' | 'alert' | 'webhook' | 'schedule';

/** What set the chain in motion. */
export function request(script: Script, initiator: Principal, kind: RequestKind = 'human'): void {
  emit(script, TRIGGERS, 'request.received', {
    txn: script.txn,
    triggerId: script.name('req'),
    initiator,
    kind,
    provenance: kind === 'webhook' ? { verified: true, method: 'hmac', keyId: 'hook-2026' } : undefined,
  });
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
}

/** Calls a tool and, unless it is refused, reports its answer. Returns the call's id. */
export function callTool(script: Script, token: Token, tool: Capability, spec: CallSpec = {}): string {
  const callId = script.name('call');
  const base = {
    ...callFacts(script, token, spec),
    callId,
    tool: { name: tool.action, server: `https://mcp.acme.example/${tool.system}` },
    effect: tool.effect,
    target: { system: tool.system, resource: spec.resource },
    argsHash: digestOf(callId),
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

/** Calls an API; sometimes the gateway and its backend both report it, as one HTTP request. */
export function callApi(script: Script, token: Token, action: ApiCapability, spec: CallSpec = {}): void {
  const denied = spec.denied === true;
  const status = spec.status ?? (denied ? 403 : action.effect === 'write' ? 201 : 200);
  const body = {
    ...callFacts(script, token, spec),
    target: { system: action.system, resource: spec.resource ?? `${action.system}/records/1000` },
    action: action.action,
    effect: action.effect satisfies Effect,
    status,
    httpRequestId: script.name('http'),
  };
  const report = (source: string, role: 'gateway' | 'resource', carried: object): void => {
    const observer = { id: source, role };
    if (denied) emit(script, source, 'api.denied', { ...body, ...carried, outcome: 'denied', observer });
    else emit(script, source, 'api.called', { ...body, ...carried, outcome: outcomeOf(status), observer });
  };
  report(GATEWAY, 'gateway', spec.presented === undefined ? {} : { presented: spec.presented });
  if (!script.random.chance(0.25)) return;
  wait(script, 2, 40);
  report(`https://api.acme.example/${action.system}`, 'resource', {});
}

function outcomeOf(status: number): 'success' | 'failure' {
  return status >= 400 ? 'failure' : 'success';
}

/** Tool or API call, whichever the capability is. */
export function call(script: Script, token: Token, capability: Capability, spec: CallSpec = {}): void {
  if (isApi(capability)) callApi(script, token, capability, spec);
  else callTool(script, token, capability, spec);
}

export function isApi(capability: Capability): capability is ApiCapability {
  return capability.kind === 'api';
}

/** A person is asked and agrees; returns the approval's id. */
export function approve(script: Script, token: Token, capability: Capability, approver: Principal): string {
  const approvalId = script.name('approval');
  const binds = [{ action: capability.grant }];
  emit(script, APPROVALS, 'approval.requested', {
    txn: script.txn,
    approvalId,
    binds,
    requester: token.holder,
  });
  wait(script, 2_000, 20_000);
  emit(script, APPROVALS, 'approval.granted', { txn: script.txn, approvalId, binds, approver });
  wait(script, 100, 800);
  return approvalId;
}

/** A resource server refuses a token and says why. */
export function reject(script: Script, token: Token, reason: 'expired' | 'scope'): void {
  emit(script, GATEWAY, 'token.rejected', {
    txn: script.txn,
    error: reason === 'expired' ? 'invalid_token' : 'insufficient_scope',
    by: GATEWAY,
    token: callRef(script, token),
    reason,
  });
}

function callFacts(script: Script, token: Token, spec: CallSpec) {
  return {
    txn: script.callsCarryTxn || spec.mustCarryTxn === true ? script.txn : undefined,
    actor: spec.actor ?? token.holder,
    token: callRef(script, token),
    parentCallId: spec.parentCallId,
    presented: spec.presented,
    approvalId: spec.approvalId,
  };
}

/** Gateways often see only the credential itself, so they name it by digest. */
function callRef(script: Script, { ref }: Token): TokenRef {
  return script.callsNameHash && ref.hash !== undefined ? { hash: ref.hash } : ref;
}
