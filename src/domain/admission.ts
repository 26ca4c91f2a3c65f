import type { Publisher } from './access.ts';
import type { DeadLetter, Position } from './dead-letter.ts';
import type { AdmittedEvent } from './event/index.ts';

export interface AdmitContext {
  readonly publisher: Publisher;
  /** `cloudevents` for what a publisher sent itself, otherwise the adapter that translated it. */
  readonly adapter: string;
  readonly position: Position;
  readonly nowMs: number;
  /** True for imported history, which may be old. */
  readonly history: boolean;
  /** Keeps `task.purpose`, which is personal data, as it is instead of its hash. */
  readonly keepPurpose?: boolean;
}

export type Admission =
  | { readonly kind: 'admitted'; readonly event: AdmittedEvent }
  | { readonly kind: 'refused'; readonly letter: DeadLetter };

/** `raw` is JSON text when it is a string or a buffer, otherwise a parsed value. Never throws. */
export type Admit = (input: { readonly raw: unknown }, context: AdmitContext) => Admission;
