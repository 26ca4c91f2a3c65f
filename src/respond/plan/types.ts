import type { LinkLevel } from '../../domain/chain.ts';
import type { Principal, TokenRef } from '../../domain/event/index.ts';
import type { Severity } from '../../domain/finding.ts';
import type { RevocationWish } from '../../domain/notice.ts';
import type { Policy } from '../../domain/policy.ts';
import type { Lineage } from '../../domain/reach.ts';
import type {
  ConnectorDeclaration,
  PlanStep,
  PlanTrigger,
  ResponseTarget,
  Survivor,
} from '../../domain/response.ts';
import type { ResponseLimits, Usage } from './limits.ts';

/** As much of a connector as decides who does a step. */
export interface PlanningConnector {
  readonly declaration: ConnectorDeclaration;
  handles(target: ResponseTarget): boolean;
}

/** What is to end, and all that hangs on it. */
export type Source =
  | {
      readonly kind: 'token';
      readonly ref: TokenRef;
      /** Used while the lineage does not know the token. */
      readonly liveUntilMs?: number | null | undefined;
      /** Weakest link that the finding rests on. */
      readonly linkLevel?: LinkLevel | undefined;
    }
  /** What an agent, service or workload was given before the cut-off. */
  | { readonly kind: 'subject'; readonly subject: Principal; readonly cutOffMs: number };

export interface CascadeInput {
  readonly tenant: string;
  readonly trigger: PlanTrigger;
  readonly source: Source;
  /** Everything below the source, the parents that those tokens name, and what is above the source. */
  readonly lineage: Lineage;
  /** In the order of the configuration: the first that handles a target does it. */
  readonly connectors: readonly PlanningConnector[];
  readonly policy: Policy;
  readonly nowMs: number;
  readonly options?: CascadeOptions | undefined;
}

export interface CascadeOptions {
  /** Also what another parent still vouches for. Policy's `lifetimes.conjunctive` says the same. */
  readonly strict?: boolean;
  /** Ids of responses that are under way or done: they are not steps again. */
  readonly inHand?: ReadonlySet<string>;
}

/** A revocation, and why a person has to see it first: each reason in one sentence, none for most. */
export interface Foreseen {
  readonly step: PlanStep;
  readonly holds: readonly string[];
}

/** Everything that is to end, in its order, and what is not. Says nothing yet of whether it may be done. */
export interface Cascade {
  readonly tenant: string;
  readonly trigger: PlanTrigger;
  readonly foreseen: readonly Foreseen[];
  readonly survivors: readonly Survivor[];
  /** Why none of it may be done at all. */
  readonly refusals: readonly string[];
  /** The token at the violation has expired. */
  readonly isOver: boolean;
  /** There is more than was read or fits in a plan. */
  readonly isCut: boolean;
  /** Who holds the tokens of the lineage, and for whom: none of them decides about it. */
  readonly parties: readonly Principal[];
}

/** Of a detector: the lesser of its own and that of the configuration. */
export type EffectiveMode = 'observe' | 'alert' | 'propose' | 'auto';

/** The part of the configuration that decides. */
export interface PlanningConfig {
  /** Everything but the last request happens. */
  readonly dryRun: boolean;
  /** Below it nothing is done without a person. */
  readonly minSeverity: Severity;
  /** Nothing is done without a person. */
  readonly killSwitch: boolean;
  /** So long a proposal waits for its decision. */
  readonly approvalMinutes: number;
  readonly limits: ResponseLimits;
}

export interface JudgeContext {
  readonly config: PlanningConfig;
  readonly mode: EffectiveMode;
  readonly policy: Policy;
  readonly usage: Usage;
  readonly nowMs: number;
  /** History is learnt from and stored; it never revokes. */
  readonly imported: boolean;
  /** What the alert says of its wish; absent when a person asks. */
  readonly wish?: RevocationWish | undefined;
  readonly chainId: string | undefined;
  /** Everybody in the chain, beside who holds its tokens: its initiator, who called its tools, who approved. */
  readonly parties?: readonly Principal[] | undefined;
}
