import type { Act, Presented, Principal, TokenRef } from '../event/index.ts';
import type { ActionView } from './action.ts';
import type { ApprovalView, Privilege } from './context.ts';

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
  /** RFC 8693 section 4.4: who may become its actor. */
  readonly mayAct: Act | undefined;
  /** RFC 7800: the key that whoever presents it must hold. */
  readonly cnf: Presented['cnf'];
  /** RFC 9396. */
  readonly authorizationDetails:
    | readonly { readonly type: string; readonly [member: string]: unknown }[]
    | undefined;
  readonly scope: readonly string[] | undefined;
  /** What its exchange asked for; what it got is `scope` and `aud`. */
  readonly requestedScope: readonly string[] | undefined;
  readonly requestedAudience: readonly string[] | undefined;
  readonly aud: readonly string[] | undefined;
  readonly iatMs: number | undefined;
  readonly nbfMs: number | undefined;
  /** null: never expires. Undefined: unknown. */
  readonly expMs: number | null | undefined;
  /** How often it may be used or exchanged; undefined: nobody said. */
  readonly maxUses: number | undefined;
  /** The sign-in session that it ends with. */
  readonly session: string | undefined;
  readonly family: string | undefined;
  readonly txn: string | undefined;
  /** For which its issuance was reported. */
  readonly environment: string | undefined;
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
  /** The credential by which the actor proved who it is (RFC 8693 section 2.1). */
  readonly actorToken: TokenRef | undefined;
  readonly childCount: number;
  /** Tokens made from it that are in memory, by mint time: the first and the last VIEWED_MAX. */
  readonly children: readonly TokenView[];
  /** Calls that carried it, by time: the first and the last USES_VIEWED_MAX that are in memory. */
  readonly uses: readonly ActionView[];
  /** Approvals of its chain, by id, and those that its mint names. */
  readonly approvals: readonly ApprovalView[];
  /** The earliest revocation that covers it directly: by reference, by family or by subject. */
  readonly revocation: Revocation | undefined;
  /** The earliest own order to end it that still stands: from then on nothing may be made of it. */
  readonly tombstone: Tombstone | undefined;
  /** Own orders of which nobody could confirm that they ended it, by time. */
  readonly unconfirmed: readonly Unconfirmed[];
  /** RFC 7662 answers about it, by time. */
  readonly introspections: readonly Introspection[];
  /** Refused presentations, by time. */
  readonly rejections: readonly Rejection[];
  /** The earliest report that somebody else has it. */
  readonly exposure: Exposure | undefined;
  /** Privileges that were given by it or for it, by time. */
  readonly privileges: readonly Privilege[];
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

export interface Tombstone {
  readonly atMs: number;
  readonly responseId: string;
  readonly eventId: string;
}

export interface Unconfirmed extends Tombstone {
  /** What the order was for: it alone, its family, or all of its subject. */
  readonly via: Revocation['via'];
  readonly connector: string | undefined;
  /** When it was ordered, as far as that was recorded. */
  readonly requestedMs: number | undefined;
}

export interface Introspection {
  readonly atMs: number;
  readonly active: boolean;
  readonly by: string;
  readonly eventId: string;
}

export interface Rejection {
  readonly atMs: number;
  readonly reason: string;
  readonly by: string;
  readonly eventId: string;
}

export interface Exposure {
  /** When it was out, as far as anybody knows; else when that was reported. */
  readonly atMs: number;
  readonly where: string | undefined;
  readonly by: string | undefined;
  readonly eventId: string;
}
