import type { Hop } from './chain.ts';
import type { Principal } from './event/index.ts';

/** Hops that hang on tokens, on their chains or their families, wherever they are. */
export interface Reach {
  readonly hops: readonly Hop[];
  /** A bound was hit: there are more. */
  readonly isCut: boolean;
}

/** What was done to one resource. */
export interface Touched {
  readonly system: string;
  /** '' where nobody said. */
  readonly resource: string;
  readonly reads: number;
  /** Writes, deletions and changes of settings or rights. */
  readonly writes: number;
  /** Neither, as far as anybody said. */
  readonly others: number;
  /** Of all of these: refused, and tried in vain. */
  readonly denied: number;
  readonly failed: number;
  readonly firstMs: number;
  readonly lastMs: number;
}

/** One hour of what a principal did, from its start. */
export interface ActiveHour {
  readonly atMs: number;
  readonly actions: number;
  readonly writes: number;
  readonly denied: number;
}

/** How often and when a principal was seen in chains. */
export interface Presence {
  readonly chains: number;
  readonly firstMs: number;
  readonly lastMs: number;
}

/** A person's or a policy's word on what a chain does. */
export interface Approval {
  readonly id: string;
  readonly atMs: number;
  readonly verb: 'requested' | 'granted' | 'denied' | 'expired' | 'withdrawn';
  readonly approver: Principal | undefined;
  readonly requester: Principal | undefined;
  readonly untilMs: number | undefined;
  readonly maxUses: number | undefined;
  readonly txn: string | undefined;
}

/** What bears a name that somebody typed. */
export interface Named {
  /** Canonical keys of tokens whose jti it is. */
  readonly tokenKeys: readonly string[];
  /** Chains whose transaction it is, newest first. */
  readonly chainIds: readonly string[];
  readonly isPrincipal: boolean;
}

export const huntSubjects = ['chains', 'actions'] as const;
export type HuntSubject = (typeof huntSubjects)[number];

/** What a hunt may ask for, by the names that addresses of the console bear. */
export const huntFilters = [
  'range',
  'from',
  'to',
  'principal',
  'token',
  'system',
  'resource',
  'tool',
  'effect',
  'outcome',
  'detector',
  'missing',
  'verdict',
  'txn',
] as const;
export type HuntFilter = (typeof huntFilters)[number];

/** A question that a person keeps under a name. */
export interface Hunt {
  readonly tenant: string;
  /** Whose it is: the id of their key. */
  readonly owner: string;
  readonly id: string;
  readonly name: string;
  readonly of: HuntSubject;
  readonly filters: Readonly<Partial<Record<HuntFilter, string>>>;
  readonly atMs: number;
  readonly removed: boolean;
}

export interface ApprovalQuery {
  readonly tenant: string;
  readonly txns: readonly string[];
  readonly fromMs: number;
  readonly toMs: number;
}

/** What pages about one credential or one principal, a search and saved hunts read. */
export interface HuntStore {
  /** The chains of the tokens as a whole, and from other chains what hangs on anything below them. */
  reach(tenant: string, tokenKeys: readonly string[]): Promise<Reach>;
  /** The newest row of each hop that is named and belongs to a chain. */
  hopsByKey(tenant: string, keys: readonly string[]): Promise<readonly Hop[]>;
  /** Hops that a principal handed over or was handed, newest first; bounded. */
  hopsOfPrincipal(tenant: string, principalId: string): Promise<readonly Hop[]>;
  /** What was done by hops, most writes first; bounded. */
  touchedBelow(tenant: string, hopKeys: readonly string[]): Promise<readonly Touched[]>;
  /** What a principal did since then. */
  touchedBy(tenant: string, principalId: string, sinceMs: number): Promise<readonly Touched[]>;
  /** Hours with anything in them, oldest first. */
  activity(tenant: string, principalId: string, sinceMs: number): Promise<readonly ActiveHour[]>;
  presence(tenant: string, principalId: string): Promise<Presence>;
  /** Oldest first. */
  approvals(query: ApprovalQuery): Promise<readonly Approval[]>;
  named(tenant: string, text: string): Promise<Named>;
  /** By name. */
  hunts(tenant: string, owner: string): Promise<readonly Hunt[]>;
  writeHunt(hunt: Hunt): Promise<void>;
}
