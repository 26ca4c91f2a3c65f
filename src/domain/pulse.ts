import type { Severity } from './finding.ts';
import type { HandlingState } from './incident.ts';

export interface PulseQuery {
  readonly tenant: string;
  readonly sinceMs: number;
  /** Length of the pieces into which the time since then is cut. */
  readonly stepMs: number;
  readonly nowMs: number;
}

/** What happened lately, and how much of it people have in hand: counts alone. */
export interface Pulse {
  /** Pieces in which anything happened, oldest first, by event time and by when alerts were first one. */
  readonly steps: readonly { readonly atMs: number; readonly events: number; readonly alerts: number }[];
  /** Alerts and signals whose last activity was since then, by detector, most first. */
  readonly detectors: readonly {
    readonly detector: string;
    readonly alerts: number;
    readonly signals: number;
    /** Alerts that nobody has acknowledged or closed. */
    readonly open: number;
    readonly severity: Severity;
  }[];
  /** Incidents that stand, whenever they began. */
  readonly incidents: readonly {
    readonly severity: Severity;
    readonly handling: HandlingState;
    readonly count: number;
  }[];
  /** Events that came in during the last minute, by our clock. */
  readonly lastMinute: number;
  /** When the last one came; undefined: none since then. */
  readonly lastHeardMs: number | undefined;
  readonly openChains: number;
}

export interface PulseStore {
  pulse(query: PulseQuery): Promise<Pulse>;
}
