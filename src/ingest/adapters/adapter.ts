import type { Refusal } from '../contract.ts';

/** A structured CloudEvent of the contract, as an adapter writes it; admission judges it like any other. */
export interface CanonicalEvent {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly time: string;
  readonly data: { readonly type: string; readonly v: 1; readonly [member: string]: unknown };
}

export type Translation = { readonly events: readonly CanonicalEvent[] } | { readonly refused: Refusal };

/** One foreign format. Pure: no I/O, no clock; neither function throws, whatever it is shown. */
export interface Adapter {
  /** The name in `--format`, and in the origin of every event it writes. */
  readonly format: string;
  recognises(record: unknown): boolean;
  translate(record: unknown): Translation;
}
