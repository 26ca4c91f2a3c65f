import type { LinkLevel } from './chain.ts';
import type { Principal, TokenRef } from './event/index.ts';
import type { Severity } from './finding.ts';

export const responseStates = [
  'refused',
  'proposed',
  'requested',
  'accepted',
  'confirmed',
  'unconfirmed',
  'failed',
  'denied',
  'expired',
  'undone',
] as const;
/**
 * `accepted`: the receiver took it, which is not yet proof that the authority ended (RFC 7009 answers 200 to all).
 * `unconfirmed`: proof was due and did not come. `denied` and `expired` end a proposal.
 */
export type ResponseState = (typeof responseStates)[number];

export const responseActions = ['token.revoke', 'family.revoke', 'subject.revoke', 'undo'] as const;
export type ResponseAction = (typeof responseActions)[number];

/** What loses its authority. `key` is canonical inside the tenant: refKey, `fam:` or `prn:` and the rest. */
export type ResponseTarget =
  | { readonly kind: 'token'; readonly key: string; readonly ref: TokenRef }
  | {
      readonly kind: 'family';
      readonly key: string;
      readonly iss: string | undefined;
      readonly family: string;
    }
  /** Everything that was minted for the subject before the cut-off, milliseconds; never of a human. */
  | {
      readonly kind: 'subject';
      readonly key: string;
      readonly subject: Principal;
      readonly cutOffMs: number;
    };

/** How it becomes known that the authority ended (response.md 5.1). `none` ends at accepted. */
export const confirmationWays = ['introspection', 'callback', 'observed', 'none'] as const;
export type ConfirmationWay = (typeof confirmationWays)[number];

/** What a connector says of itself: people read it in a plan. */
export interface ConnectorDeclaration {
  readonly name: string;
  readonly kind: 'webhook' | 'oauth' | 'caep' | 'deny_list';
  /** What dies, and what it cannot end, each in one sentence. */
  readonly ends: string;
  readonly leaves: string;
  readonly confirms: ConfirmationWay;
  readonly undoes: boolean;
}

/** Why a target is in the plan. */
export type StepRole = 'source' | 'descendant' | 'family' | 'sibling' | 'subject';

/** One revocation of a plan. Steps are in the order in which they are to be done: what can mint comes first. */
export interface PlanStep {
  /** Deterministic: (tenant, action, target, epoch). The same target is the same response in every plan. */
  readonly responseId: string;
  readonly action: Exclude<ResponseAction, 'undo'>;
  readonly target: ResponseTarget;
  readonly label: string;
  /** Key of the principal who holds it (its actor, else its subject): what limits count by. Undefined: unknown. */
  readonly holder: string | undefined;
  readonly role: StepRole;
  /** Hops below the violating one. */
  readonly depth: number;
  /** Weakest link between it and the violating hop, that hop's own included. */
  readonly level: LinkLevel | undefined;
  readonly environment: string | undefined;
  /** Undefined: nothing is configured that could. */
  readonly connector: ConnectorDeclaration | undefined;
  /** When it stops working even if nothing is done: its expiry, ms; null: never; undefined: unknown. */
  readonly residualUntilMs: number | null | undefined;
}

/** A credential that the plan leaves alone, or cannot end. */
export interface Survivor {
  readonly key: string;
  readonly label: string;
  readonly untilMs: number | null | undefined;
  readonly reason: string;
}

export const planVerdicts = ['refuse', 'observe', 'alert', 'propose', 'act'] as const;
/** observe and alert: only shown, because the detector's mode says so. */
export type PlanVerdict = (typeof planVerdicts)[number];

/** Who asks for it. */
export type PlanTrigger =
  | {
      readonly kind: 'alert';
      readonly alertId: string;
      readonly detector: string;
      readonly fact: string;
      readonly severity: Severity;
    }
  | {
      readonly kind: 'person';
      readonly by: string;
      readonly reason: string;
      /** Where they asked to end what an alert names. */
      readonly alertId?: string | undefined;
    };

/** Everything that one cause is to end, complete before anything of it is done. */
export interface Plan {
  readonly tenant: string;
  /** Deterministic: (tenant, trigger, digest). */
  readonly id: string;
  /** SHA-256 over steps, connectors and trigger in canonical form: what an approval is bound to. */
  readonly digest: string;
  readonly trigger: PlanTrigger;
  readonly chainId: string | undefined;
  readonly madeMs: number;
  /** A proposal that nobody decided by then is over. */
  readonly expiresMs: number;
  readonly dryRun: boolean;
  readonly verdict: PlanVerdict;
  /** Why no more than that, each in one sentence; empty for `act`. */
  readonly reasons: readonly string[];
  /** Persons who must approve before it is done: 0 for `act`, 2 for what is subject-wide. */
  readonly approvals: number;
  readonly steps: readonly PlanStep[];
  readonly survivors: readonly Survivor[];
}

export const decisionVerbs = ['approve', 'deny'] as const;

/** What a person said of a plan. Append-only. */
export interface PlanDecision {
  readonly tenant: string;
  readonly planId: string;
  /** The digest that the person saw. */
  readonly digest: string;
  readonly verb: (typeof decisionVerbs)[number];
  /** Id of the API key, and its name for people. */
  readonly keyId: string;
  readonly by: string;
  readonly atMs: number;
  readonly reason: string;
}

/** What was done about one target. One row per state of an attempt; append-only. */
export interface Response {
  readonly tenant: string;
  /** Deterministic: (tenant, action, target, epoch), so that two alerts on one token revoke once. */
  readonly id: string;
  readonly planId: string;
  /** Place in its plan, from 0. */
  readonly step: number;
  /** Empty when a person asked for it, unless they named an alert. */
  readonly alertId: string;
  readonly chainId: string | undefined;
  readonly detector: string;
  readonly action: ResponseAction;
  readonly target: ResponseTarget;
  readonly targetKey: string;
  /** As in the step: limits count by it. Rows of earlier versions do not say. */
  readonly holder?: string | undefined;
  /** dry_run: everything but the last request happens and is recorded. */
  readonly mode: 'dry_run' | 'real';
  readonly state: ResponseState;
  readonly attempt: number;
  readonly atMs: number;
  /** Why it was refused, failed, or is only proposed. */
  readonly reason: string;
  /** Name of the connector; empty: none. */
  readonly endpoint: string;
  readonly confirms: ConfirmationWay;
  readonly httpStatus: number;
  readonly requestedBy: string;
  /** Names of those who approved. */
  readonly approvedBy: readonly string[];
  /** The moment the credential stops working by itself; null: never. */
  readonly residualUntilMs: number | null | undefined;
  /** Last change of the alert when it was decided; what it was decided on is not older. */
  readonly causedMs: number;
  readonly firstAttemptMs?: number | undefined;
  readonly acceptedMs?: number | undefined;
  /** Of an undo: the response that it takes back. */
  readonly undoes?: string | undefined;
  /** Id of its message where it is not the response's own: what is taken again after an undo is another message. */
  readonly messageId?: string | undefined;
}

export const outboxStates = ['pending', 'delivered', 'dead'] as const;
export type OutboxState = (typeof outboxStates)[number];

/** A message that must leave, written before it is sent. `id` is the `webhook-id` on every attempt. */
export interface OutboxEntry {
  readonly tenant: string;
  readonly id: string;
  /** Name of the channel: a configured endpoint or connector. */
  readonly endpoint: string;
  /** `incident.raised`, `alert.withdrawn`, `token.revoke` … */
  readonly type: string;
  /** The exact bytes that are signed and sent. */
  readonly body: string;
  /** The response it carries out, when it is one. */
  readonly responseId: string;
  /** Messages of one channel with the same name leave one after the other, oldest first; empty: in any order. */
  readonly orderKey: string;
  readonly state: OutboxState;
  readonly attempts: number;
  readonly createdMs: number;
  readonly nextAttemptMs: number;
  readonly lastStatus: number;
  readonly lastError: string;
  /** What it was for is over: nobody sends it again. */
  readonly isCancelled?: true;
  /** What the receiver called the message, by which a later one can refer to it. */
  readonly receipt?: string;
  readonly version: number;
}
