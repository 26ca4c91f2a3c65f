import type { EventOf, Principal } from '../../domain/event/index.ts';
import { asked, type Binding, settled } from './approvals.ts';
import { type CallSpec, callApi, callTool } from './calls.ts';
import { type Capability, isApi } from './cast.ts';
import { approvers } from './desk.ts';
import { changed } from './evidence.ts';
import { digestOf, type Script, wait } from './script.ts';
import type { Token } from './tokens.ts';

/** One change of one thing, with what it can be compared by. */
export interface Deed {
  readonly capability: Capability;
  readonly resource: string;
  readonly facts?: NonNullable<EventOf<'api.called'>['facts']>;
  readonly argsHash?: string;
}

/** A deed whose arguments are named by their digest. */
export function deedOf(
  script: Script,
  capability: Capability,
  resource: string,
  facts?: Deed['facts'],
): Deed {
  const argsHash = digestOf(`arguments ${script.name('args')}`);
  return { capability, resource, argsHash, ...(facts === undefined ? {} : { facts }) };
}

/** What a consent to this deed binds: the more it names, the less else it covers. */
export function bindingOf({ capability, resource, facts, argsHash }: Deed, actor?: Principal): Binding {
  return {
    action: capability.grant,
    target: resource,
    ...(facts === undefined ? {} : { facts }),
    ...(argsHash === undefined ? {} : { argsHash }),
    ...(actor === undefined ? {} : { actor: actor.id }),
  };
}

export interface ConsentSpec {
  readonly approver?: Principal;
  readonly requester?: Principal;
  readonly forS?: number;
  readonly maxUses?: number;
  readonly withoutTxn?: boolean;
  readonly ticket?: string;
  /** Time until the answer. */
  readonly thinkMs?: readonly [number, number];
  /** What is agreed to, where it is not the deed in every detail. */
  readonly binds?: readonly Binding[];
}

/** Somebody who did not ask agrees to the deed; returns the approval's id. */
export function consent(script: Script, token: Token, deed: Deed, spec: ConsentSpec = {}): string {
  const { binds = [bindingOf(deed)], thinkMs = [10_000, 180_000], ...rest } = spec;
  const common = { requester: token.holder, ...rest, binds };
  const approvalId = asked(script, common);
  wait(script, ...thinkMs);
  settled(script, 'granted', approvalId, { approver: script.random.pick(approvers), ...common });
  wait(script, 1_000, 20_000);
  return approvalId;
}

/** Does it, by its API or by a tool, and the target says what it changed. */
export function perform(script: Script, token: Token, deed: Deed, spec: CallSpec = {}): void {
  const { capability, resource, facts, argsHash } = deed;
  const call = {
    resource,
    ...(facts === undefined ? {} : { facts }),
    ...(argsHash === undefined ? {} : { argsHash }),
    ...spec,
  };
  const httpRequestId = isApi(capability) ? callApi(script, token, capability, call) : undefined;
  if (!isApi(capability)) callTool(script, token, capability, call);
  if (spec.denied === true || capability.effect === 'read') return;
  wait(script, 20, 400);
  changed(script, token, capability, resource, {
    ...(httpRequestId === undefined ? {} : { httpRequestId }),
    ...(spec.approvalId === undefined ? {} : { approvalId: spec.approvalId }),
  });
}
