import type * as z from 'zod';
import type {
  ActionView,
  ChainView,
  IssuerView,
  PeopleView,
  PrincipalWindow,
  SourceView,
  TokenView,
  ToolView,
} from './chain.ts';
import type { EventFamily } from './coverage.ts';
import type { EventType } from './event/index.ts';
import type { Finding, Severity } from './finding.ts';
import type { PolicySection } from './policy/sections.ts';
import type { Policy } from './policy.ts';

/** What a detector may look at. Everything it needs is here; it performs no I/O and reads no clock. */
export type Sighting =
  | { readonly on: 'token'; readonly token: TokenView; readonly people: PeopleView; readonly policy: Policy }
  | {
      readonly on: 'action';
      readonly action: ActionView;
      readonly people: PeopleView;
      readonly policy: Policy;
    }
  | {
      readonly on: 'chain';
      readonly chain: ChainView;
      readonly feeds: FeedView;
      readonly people: PeopleView;
      readonly policy: Policy;
    }
  | { readonly on: 'principal'; readonly window: PrincipalWindow; readonly policy: Policy }
  | { readonly on: 'source'; readonly source: SourceView; readonly policy: Policy }
  | { readonly on: 'issuer'; readonly issuer: IssuerView; readonly policy: Policy }
  | { readonly on: 'tool'; readonly tool: ToolView; readonly policy: Policy }
  | { readonly on: 'feed'; readonly feed: FeedHealth; readonly policy: Policy };

/** How alive an issuer's feed was: absence is judged only against a feed that spoke before and after. */
export interface FeedView {
  /**
   * True when the issuer reported tokens within `withinMs` after `atMs`, and had done so before it, with no longer
   * than `silenceMs` in between.
   */
  aliveAround(issuer: string, atMs: number, withinMs: number, silenceMs: number): boolean;
}

/** What the watermark has found out of a feed that policy expects. */
export interface FeedHealth {
  /** The issuer, or the pattern of policy that nobody fits who was ever heard. */
  readonly issuer: string;
  /** Start of the last minute in which it spoke; undefined: never. */
  readonly lastMs: number | undefined;
  /** Event time since when anybody speaks: so could it. */
  readonly sinceMs: number;
  /** True when somebody named a credential of the issuer. */
  readonly inUse: boolean;
  /** True when it has said nothing for longer than policy lets it. */
  readonly silent: boolean;
}

/** A framework's label, as the source page prints it and as it should read. Never shown printed alone. */
export interface FrameworkMapping {
  readonly framework: string;
  readonly asPrinted?: string;
  readonly corrected: string;
  readonly note?: string;
}

/** What must be told before it can see anything: by this it is armed, partial or blind. */
export interface Requirements {
  readonly events: readonly EventType[];
  /** Members of `data`, wherever one of these types has them. */
  readonly fields: readonly string[];
  /** Families of events without which some of its facts cannot be seen, and others can. */
  readonly optional?: readonly EventFamily[];
  /** It looks for what does not come: nothing has to arrive for it to see that. */
  readonly absence?: true;
  /** Of these sections policy must fill at least one. */
  readonly policy?: readonly PolicySection[];
  /** Sections of policy that some of its facts rest on. */
  readonly policyOptional?: readonly PolicySection[];
}

export interface Detector<Config = unknown> {
  readonly id: string;
  readonly version: number;
  readonly title: string;
  readonly maturity: 'draft' | 'shadow' | 'live';
  /** Monotone: nothing can exonerate, acts at once. Exonerable: waits for its grace behind the watermark. */
  readonly nature: 'monotone' | 'exonerable';
  readonly basis: 'deterministic' | 'statistical';
  /** The highest severity it can give. */
  readonly severity: Severity;
  /** Requirements and violations it covers, e.g. `R23`, `V05`. */
  readonly covers: readonly string[];
  readonly requires: Requirements;
  readonly frameworks: readonly FrameworkMapping[];
  readonly config: z.ZodType<Config>;
  /** Which sightings it wants; the engine calls it for no others. */
  readonly looksAt: readonly Sighting['on'][];
  evaluate(sighting: Sighting, config: Config): readonly Finding[];
}

/**
 * Stands beside every evaluation, so that one that never comes back has a name. `detector` is the place of a detector
 * in the list the watch was made with. Called for every sighting and detector: each call may cost some nanoseconds.
 */
export interface EvaluationWatch {
  begin(detector: number, instance: string): void;
  end(detector: number): void;
  /** Instead of `end`, when the evaluation threw or returned what is no list of findings. */
  fault(detector: number, instance: string, error: unknown): void;
}
