import type { Principal } from '../event/index.ts';
import type { ActionView } from './action.ts';
import type { ApprovalView, DecisionView, InvocationView, Privilege, RequestView } from './context.ts';
import type { TokenView } from './token.ts';

/** What the chain's topmost credential turned out to be (design: verdicts of a chain's root). */
export type RootVerdict = 'root' | 'gap' | 'late' | 'unissued';

export interface Completeness {
  /** The request that set it in motion is known. */
  readonly request: boolean;
  /** Every token in it was reported by its issuer. */
  readonly authority: boolean;
  /** At least one agent or tool call shows where it ran. */
  readonly context: boolean;
  /** At least one target system reported what was done. */
  readonly impact: boolean;
}

/** What a detector may look at of a whole chain. */
export interface ChainView {
  readonly id: string;
  readonly tenant: string;
  /** The topmost credential, or undefined for a chain without any token. */
  readonly rootToken: TokenView | undefined;
  readonly rootKey: string;
  readonly startedMs: number;
  readonly lastEventMs: number;
  readonly initiator: Principal | undefined;
  readonly txns: readonly string[];
  /** Distinct values, sorted. */
  readonly targets: readonly string[];
  readonly tools: readonly string[];
  /** Distinct grants that its actions needed, sorted: `tool:<name>` and `<system>:<action>`. */
  readonly needs: readonly string[];
  readonly targetCount: number;
  readonly toolCount: number;
  readonly actionCount: number;
  readonly completeness: Completeness;
  readonly humans: readonly Principal[];
  /** A request of a non-human kind (schedule, webhook, alert, ticket) or a client-credential grant opened it. */
  readonly machineRoot: boolean;
  /** Sorted event ids, bounded, for evidence. */
  readonly eventIds: readonly string[];
  readonly platform: boolean;
  /** Calls and invocations that descend from themselves, one for each circle: its edge is the one not in force. */
  readonly circles: readonly CallCircle[];
  /** Its tokens by mint time, then key: the first VIEWED_MAX. */
  readonly tokens: readonly TokenView[];
  /** Its actions by time, then id: the first and the last CHAIN_VIEWED_MAX. */
  readonly actions: readonly ActionView[];
  /** What set it in motion, by time. */
  readonly requests: readonly RequestView[];
  /** Approvals of its transactions and those that its actions name, by id. */
  readonly approvals: readonly ApprovalView[];
  /** By time. */
  readonly decisions: readonly DecisionView[];
  /** Granted in its transactions or by its tokens, by time. */
  readonly privileges: readonly Privilege[];
  /** By time. */
  readonly invocations: readonly InvocationView[];
}

/** A call id that leads back to itself. */
export interface CallCircle {
  readonly callId: string;
  readonly parentCallId: string;
  readonly atMs: number;
  readonly eventIds: readonly string[];
}
