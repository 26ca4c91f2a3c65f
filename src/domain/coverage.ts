import type { EventType } from './event/index.ts';
import type { DetectorMode, Exception } from './policy/detectors.ts';
import type { PolicySection } from './policy/sections.ts';

/** What events are about. Within a family one type may do for another: an API's calls are not a tool server's. */
export const eventFamilies = [
  'token',
  'call',
  'approval',
  'request',
  'decision',
  'privilege',
  'identity',
  'credential',
  'response',
] as const;
export type EventFamily = (typeof eventFamilies)[number];

const families: Readonly<Record<string, EventFamily>> = {
  token: 'token',
  tool: 'call',
  api: 'call',
  agent: 'call',
  system: 'call',
  approval: 'approval',
  request: 'request',
  policy: 'decision',
  privilege: 'privilege',
  identity: 'identity',
  credential: 'credential',
  response: 'response',
};

export function familyOf(type: EventType): EventFamily {
  return families[type.slice(0, type.indexOf('.'))] ?? 'call';
}

/** Armed: everything it needs arrives. Partial: some of its facts cannot be seen. Blind: it can find nothing. */
export const sights = ['armed', 'partial', 'blind', 'off'] as const;
export type Sight = (typeof sights)[number];

/** One type of event of one source, in the time that is looked at. */
export interface EventMix {
  readonly source: string;
  readonly type: EventType;
  readonly count: number;
  readonly lastMs: number;
  /** How many of the newest were opened. */
  readonly sampled: number;
  /** Members of `data` that one of these has, e.g. `token`, `target.system`. */
  readonly fields: readonly string[];
}

/** Shares of what is known, as a count of how many (R14). */
export interface Share {
  readonly all: number;
  readonly known: number;
}

export interface KnownShares {
  /** Chains by the links that they have. */
  readonly chains: {
    readonly all: number;
    readonly complete: number;
    readonly request: number;
    readonly authority: number;
    readonly context: number;
    readonly impact: number;
  };
  /** Machines that hold authority, and those that are registered or of which somebody named an owner. */
  readonly owners: Share;
  /** Credentials that were met, and those whose issuance was reported. */
  readonly issuance: Share;
}

/** How often an exception was applied: alerts and signals that carry it. */
export interface ExceptionUse {
  readonly id: string;
  readonly detector: string;
  readonly alerts: number;
  readonly lastMs: number;
}

export interface CoverageStore {
  /** Busiest first; `leftOut` counts sources beyond what is looked at. */
  eventMix(query: { readonly tenant: string; readonly sinceMs: number }): Promise<{
    readonly mix: readonly EventMix[];
    readonly leftOut: number;
  }>;
  completeness(query: { readonly tenant: string; readonly sinceMs: number }): Promise<KnownShares>;
  exceptionUses(tenant: string): Promise<readonly ExceptionUse[]>;
}

/** What a detector misses. All empty: nothing. */
export interface Lacks {
  readonly families: readonly EventFamily[];
  readonly types: readonly EventType[];
  /** A member that no event has, and in which family; without one: in none. */
  readonly fields: readonly { readonly field: string; readonly family?: EventFamily }[];
  /** Sections of policy that say nothing. */
  readonly policy: readonly PolicySection[];
}

export interface DetectorCoverage {
  readonly detector: string;
  readonly state: Sight;
  /** In a few words; empty when it is armed. */
  readonly why: string;
  readonly lacks: Lacks;
}

export interface SourceCoverage {
  readonly source: string;
  readonly lastMs: number;
  readonly types: readonly Omit<EventMix, 'source'>[];
  /** Of those that read something of what it brings. */
  readonly detectors: readonly DetectorCoverage[];
  /** Detectors to which it brings nothing. */
  readonly blind: readonly string[];
}

export interface CoverageReport {
  readonly fromMs: number;
  readonly toMs: number;
  readonly detectors: readonly DetectorCoverage[];
  readonly sources: readonly SourceCoverage[];
  /** Sources that spoke and are not among these. */
  readonly leftOut: number;
  readonly completeness: KnownShares;
}

/** How a detector is set now. */
export interface DetectorSettings {
  readonly mode: DetectorMode;
  readonly config: unknown;
}

/** An exception of the policy in force. Expired: what happens from now on is none. */
export interface AppliedException extends Exception {
  readonly state: 'in force' | 'expired';
  readonly alerts: number;
  readonly lastMs: number | undefined;
}

/** What people ask of detection itself, and not of what it found. */
export interface Oversight {
  settings(detector: string): DetectorSettings;
  coverage(tenant: string, hours: number): Promise<CoverageReport>;
  exceptions(tenant: string): Promise<readonly AppliedException[]>;
}
