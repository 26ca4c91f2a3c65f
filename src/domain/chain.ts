import type { Effect, Principal, TokenRef } from './event/index.ts';
import type { ActionView } from './view/action.ts';
import type { Completeness, RootVerdict } from './view/chain.ts';
import type { LinkLevel, ParentLink } from './view/token.ts';

export type { ActionView, Details } from './view/action.ts';
export type { CallCircle, ChainView, Completeness, RootVerdict } from './view/chain.ts';
export type * from './view/context.ts';
export type {
  EventInForce,
  IssuerView,
  PrincipalWindow,
  SourceView,
  Speaker,
  ToolDefinition,
  ToolView,
} from './view/stream.ts';
export type * from './view/token.ts';

/** One node of a chain as it is stored and shown. */
export interface Hop {
  readonly tenant: string;
  readonly chainId: string;
  readonly key: string;
  readonly parentKey: string | undefined;
  readonly kind: 'request' | 'token' | 'invocation' | 'session' | 'call';
  readonly level: LinkLevel | undefined;
  readonly depth: number;
  readonly from: Principal | undefined;
  readonly to: Principal | undefined;
  readonly label: string;
  readonly token: TokenRef | undefined;
  readonly tokenKind: string | undefined;
  /** The refresh family and the sign-in session of a token, whom it speaks for, and where. Older rows do not say. */
  readonly family?: string | undefined;
  readonly session?: string | undefined;
  readonly subject?: Principal | undefined;
  readonly environment?: string | undefined;
  /** A static key, a token without expiry or one that lives longer than a day. */
  readonly standing?: boolean | undefined;
  readonly grant: string | undefined;
  readonly scope: readonly string[] | undefined;
  readonly addedScope: readonly string[];
  readonly audience: readonly string[];
  readonly issuedMs: number | undefined;
  readonly expiresMs: number | null | undefined;
  readonly revokedMs: number | undefined;
  readonly firstUsedMs: number | undefined;
  readonly lastUsedMs: number | undefined;
  readonly useCount: number;
  readonly alternatives: readonly ParentLink[];
  readonly ancestorKey: string | undefined;
  readonly late: boolean;
  readonly version: number;
}

/** One action as it is stored and shown; it hangs on a hop, and through the hop on a chain. */
export interface Action {
  readonly tenant: string;
  readonly id: string;
  /** '' for what was taken for one action and is none: others tell of the same events. */
  readonly hopKey: string;
  readonly kind: ActionView['kind'];
  readonly atMs: number;
  readonly actor: Principal | undefined;
  readonly token: TokenRef | undefined;
  readonly tool: string | undefined;
  readonly server: string | undefined;
  readonly system: string | undefined;
  readonly resource: string | undefined;
  readonly action: string;
  readonly effect: Effect;
  readonly outcome: ActionView['outcome'];
  readonly txn: string | undefined;
  readonly eventIds: readonly string[];
  /** Tokens that other reports of the same call name, when there are any. */
  readonly otherTokens?: readonly TokenRef[];
  /** True when every report of it arrived behind the watermark. Rows of earlier versions do not say. */
  readonly late?: boolean;
  readonly version: number;
}

/** Another chain with the same trace or correlation id. It informs; nothing joins, pages or revokes by it. */
export interface CrossReference {
  readonly chainId: string;
  readonly level: 5;
  /** The CloudEvents attribute that both bear. */
  readonly by: 'traceparent' | 'correlationid';
}

export type ChainState = 'open' | 'closed' | 'merged';

/** One chain as it is stored and shown. */
export interface Chain {
  readonly tenant: string;
  readonly id: string;
  /** Offset of the last log record that changed it; a higher one wins. */
  readonly version: number;
  readonly state: ChainState;
  /** Set when state is `merged`: the id that carries on. */
  readonly mergedInto: string | undefined;
  readonly verdict: RootVerdict;
  readonly completeness: Completeness;
  readonly rootKey: string;
  readonly initiator: Principal | undefined;
  readonly txns: readonly string[];
  readonly principals: readonly Principal[];
  readonly targets: readonly string[];
  readonly tools: readonly string[];
  readonly tokenKeys: readonly string[];
  readonly startedMs: number;
  readonly lastEventMs: number;
  readonly hopCount: number;
  readonly actionCount: number;
  readonly eventCount: number;
  readonly depth: number;
  /** Set when a bound was hit and the chain is no longer whole. */
  readonly incomplete: 'limit' | undefined;
}
