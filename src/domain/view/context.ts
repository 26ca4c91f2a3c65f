import type { EventOf, Principal } from '../event/index.ts';
import type { ActionView } from './action.ts';
import type { Exposure } from './token.ts';

type Granted = EventOf<'approval.granted'>;

/** What a person agreed to: every member that is there has to fit. */
export type Binding = Granted['binds'][number];

/** One approval, from everything that was said under its id. All lists are by time. */
export interface ApprovalView {
  readonly id: string;
  readonly requests: readonly ApprovalStep[];
  readonly grants: readonly ApprovalGrant[];
  readonly denials: readonly ApprovalStep[];
  readonly withdrawals: readonly ApprovalStep[];
  readonly expiries: readonly ApprovalStep[];
  /** Transactions in which it was asked for or granted, sorted; empty: it names none. */
  readonly txns: readonly string[];
  /** Actions that name it, by time: the first and the last VIEWED_MAX. */
  readonly uses: readonly ActionView[];
}

export interface ApprovalStep {
  readonly atMs: number;
  /** Who decided, or who asked. */
  readonly by: Principal | undefined;
  /** What was asked for, or refused. */
  readonly binds?: readonly Binding[];
  readonly eventId: string;
}

export interface ApprovalGrant extends ApprovalStep {
  readonly binds: readonly Binding[];
  /** Undefined: it does not say. */
  readonly expMs: number | undefined;
  readonly maxUses: number | undefined;
  readonly requester: Principal | undefined;
  readonly ticket: string | undefined;
}

/** What set a chain in motion. */
export interface RequestView {
  readonly triggerId: string;
  readonly atMs: number;
  readonly initiator: Principal;
  readonly kind: EventOf<'request.received'>['kind'];
  readonly provenance: EventOf<'request.received'>['provenance'];
  readonly ticket: string | undefined;
  readonly task: string | undefined;
  /** The transaction that it opened. */
  readonly txn?: string | undefined;
  readonly eventId: string;
  /** The earliest report of each end, by time. */
  readonly ends: readonly RequestEnd[];
}

export interface RequestEnd {
  readonly atMs: number;
  readonly reason: EventOf<'request.closed'>['reason'];
  readonly eventId: string;
}

/** One AuthZEN decision (policy.decision). */
export interface DecisionView {
  readonly atMs: number;
  readonly allowed: boolean;
  readonly subject: EventOf<'policy.decision'>['subject'];
  readonly action: EventOf<'policy.decision'>['action'];
  readonly resource: EventOf<'policy.decision'>['resource'];
  readonly policy: EventOf<'policy.decision'>['policy'];
  readonly eventId: string;
}

/** A privilege that was granted, and when it ended if anybody said so. */
export interface Privilege {
  readonly atMs: number;
  readonly principal: Principal;
  readonly grants: readonly string[];
  /** null: never. */
  readonly expMs: number | null;
  /** Its end was reported. */
  readonly endedMs: number | undefined;
  readonly approvalId: string | undefined;
  readonly eventId: string;
}

/** An agent was called by somebody. */
export interface InvocationView {
  readonly atMs: number;
  readonly actor: Principal;
  readonly callee: Principal;
  readonly eventId: string;
}

/** What is known of principals beyond single chains. */
export interface PeopleView {
  of(principal: Principal): PersonView;
  /** Two names of one principal: equal, linked by an issuer, or aliases by policy. */
  same(a: Principal, b: Principal): boolean;
}

export interface PersonView {
  /** identity.changed of it and of its other names, by time. */
  readonly changes: readonly IdentityChange[];
  /** The earliest report that a credential of it is out. */
  readonly exposure: Exposure | undefined;
}

export interface IdentityChange {
  readonly atMs: number;
  readonly change: EventOf<'identity.changed'>['change'];
  readonly session: string | undefined;
  readonly eventId: string;
}
