import type { Act, Effect, Presented, Principal, TokenRef } from './event/index.ts';

/**
 * How far a parent link is trusted: 1 issuer, 2 platform, 3 cryptographic, 4 asserted, 5 correlation,
 * 6 heuristic. Levels 1 to 4 join chains; automatic revocation crosses levels 1 to 3 only.
 */
export type LinkLevel = 1 | 2 | 3 | 4 | 5 | 6;

/** What a detector may look at of a token. Undefined means "nobody has said", never "unlimited". */
export interface TokenView {
  /** Canonical key inside the tenant (see refKey). */
  readonly key: string;
  readonly ref: TokenRef;
  /** Issuer: of the reference, else the CloudEvents source of its issuance. Scopes compare within one issuer. */
  readonly issuer: string | undefined;
  /** True once an issuer reported minting it. */
  readonly issued: boolean;
  readonly tokenKind: string | undefined;
  readonly grant: string | undefined;
  readonly subject: Principal | undefined;
  readonly actor: Principal | undefined;
  readonly client: string | undefined;
  readonly act: Act | undefined;
  readonly scope: readonly string[] | undefined;
  readonly aud: readonly string[] | undefined;
  readonly iatMs: number | undefined;
  readonly nbfMs: number | undefined;
  /** null: never expires. Undefined: unknown. */
  readonly expMs: number | null | undefined;
  readonly family: string | undefined;
  readonly txn: string | undefined;
  /** A static key, a token without expiry or one that lives longer than a day: an ancestor, not a chain. */
  readonly standing: boolean;
  /** Earliest event time at which anything was heard of it. */
  readonly firstSeenMs: number;
  /** Ids of the events that report its issuance, smallest first. */
  readonly eventIds: readonly string[];
  /** The parent that joins it to its chain (best level, then position, then smallest key), when one is named. */
  readonly parent: TokenView | undefined;
  readonly parentLevel: LinkLevel | undefined;
  /** Every other parent that was named: further proofs of the same mint, or rival claims. */
  readonly otherParents: readonly ParentLink[];
  readonly childCount: number;
  /** The earliest revocation that covers it directly: by reference, by family or by subject. */
  readonly revocation: Revocation | undefined;
  /** Set while reports disagree on which hash belongs to its jti: then nothing is merged. */
  readonly contradiction: RefContradiction | undefined;
  /** The parent that it names and that a cycle had to lose. */
  readonly cutParent: ParentLink | undefined;
}

/** Bounded and sorted. More than one hash, or at least one other token. */
export interface RefContradiction {
  /** Hashes that were shown with its jti. */
  readonly hashes: readonly string[];
  /** Keys of other tokens that were shown with one of those hashes. */
  readonly others: readonly string[];
}

export interface ParentLink {
  readonly key: string;
  readonly ref: TokenRef;
  readonly level: LinkLevel;
}

export interface Revocation {
  /** Event time; the minimum of all reports. */
  readonly atMs: number;
  readonly via: 'token' | 'family' | 'subject';
  readonly reason: string | undefined;
  readonly by: string | undefined;
  readonly eventId: string;
}

/** One tool call, API call or system change. Several events that report the same call are one action. */
export interface ActionView {
  readonly id: string;
  readonly kind: 'tool' | 'api' | 'change';
  /** Event time of the start. */
  readonly atMs: number;
  readonly actor: Principal | undefined;
  readonly token: TokenView | undefined;
  readonly tool: { readonly name: string; readonly server?: string | undefined } | undefined;
  readonly target: { readonly system: string; readonly resource?: string | undefined } | undefined;
  /** The verb of an API call or the change of a system; the tool's name for tool calls. */
  readonly action: string;
  readonly effect: Effect;
  /** What the target said: denied beats accepted; `unknown` means nobody reported a refusal. */
  readonly outcome: 'accepted' | 'denied' | 'failed' | 'unknown';
  /** The grant it needs: `tool:<name>` or `<system>:<action>`; undefined for system changes. */
  readonly needs: string | undefined;
  readonly presented: Presented | undefined;
  /** Tokens that other reports of the same call name. */
  readonly otherTokens: readonly TokenView[];
  readonly txn: string | undefined;
  readonly eventIds: readonly string[];
  /** True when the platform itself acted (an AWS service, the console, a service-linked role): never pages. */
  readonly platform: boolean;
}

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
}

/** A call id that leads back to itself. */
export interface CallCircle {
  readonly callId: string;
  readonly parentCallId: string;
  readonly atMs: number;
  readonly eventIds: readonly string[];
}

/** What one principal did in one UTC hour. */
export interface PrincipalWindow {
  readonly principal: Principal;
  readonly key: string;
  readonly hourMs: number;
  readonly targets: readonly string[];
  readonly tools: readonly string[];
  readonly targetCount: number;
  readonly toolCount: number;
  readonly chainId: string | undefined;
  readonly eventIds: readonly string[];
  readonly lastMs: number;
}

/** What one source of events (CloudEvents `source`) said twice, differently. */
export interface SourceView {
  readonly source: string;
  /** Events that came with different contents under one id: a sample, smallest ids first. */
  readonly conflicts: readonly EventInForce[];
  /** How many there are, counted up to CONFLICTS_PER_SOURCE_MAX. */
  readonly count: number;
  /** Latest time of one of them. */
  readonly lastMs: number;
}

/** Of several contents under one id, the one that counts: that of the smallest digest. */
export interface EventInForce {
  readonly id: string;
  readonly atMs: number;
}

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
