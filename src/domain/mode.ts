/** What may be done about a detector's findings, from least to most; each includes those before it. */
export const responseModes = ['observe', 'alert', 'propose', 'auto'] as const;
/**
 * observe and alert: what would end is only shown. propose: it waits for a person. auto: it is done where nothing else
 * stands against it. Not to be taken for a detector's mode in policy, which says whether it pages at all.
 */
export type ResponseMode = (typeof responseModes)[number];

/** Of a detector about which nobody has said anything. */
export const defaultResponseMode: ResponseMode = 'propose';

/** The lesser of two. */
export function lesserMode(a: ResponseMode, b: ResponseMode): ResponseMode {
  return responseModes.indexOf(a) <= responseModes.indexOf(b) ? a : b;
}

/** What a person said of one detector. Append-only; the newest counts. */
export interface ModeChange {
  readonly tenant: string;
  readonly detector: string;
  readonly mode: ResponseMode;
  readonly atMs: number;
  /** Name of the API key, and its id. */
  readonly by: string;
  readonly keyId: string;
  /** The backtest that was looked at: of `auto` only, else empty. */
  readonly backtestId: string;
  readonly reason: string;
}

/** Who has opened a backtest. */
export interface BacktestLook {
  readonly tenant: string;
  readonly backtestId: string;
  readonly keyId: string;
  readonly by: string;
  readonly role: string;
  readonly atMs: number;
}
