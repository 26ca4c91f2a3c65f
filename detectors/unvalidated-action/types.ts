import type { ActionView, ChainView, PeopleView } from '../../src/domain/chain.ts';
import type { FeedView } from '../../src/domain/detector.ts';
import type { Json } from '../../src/domain/finding.ts';
import type { Policy } from '../../src/domain/policy.ts';

/** An action of a chain, and what it is judged by. */
export interface Seen {
  readonly action: ActionView;
  readonly chain: ChainView;
  readonly feeds: FeedView;
  readonly people: PeopleView;
  readonly policy: Policy;
}

/** What is wrong with how an action was checked. */
export interface Breach {
  readonly fact: string;
  readonly says: string;
  readonly evidence: { readonly [key: string]: Json };
  /** Never pages: whoever would have to report the check need not report it. */
  readonly isSignal?: boolean;
  /** Said only when it is settled: it rests on a feed having been alive. */
  readonly isDeferred?: boolean;
  readonly because?: readonly string[];
}

export type ValidationRow = Seen['policy']['validation'][number];
