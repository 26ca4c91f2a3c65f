import type { ErrorCode } from './errors.ts';

/** Where a message came from, exactly enough to find it again. */
export interface Position {
  /** A topic, a file name, `http`. */
  readonly source: string;
  readonly partition: number;
  /** Offset, line number, or index in the request. */
  readonly offset: number;
}

/** A refused message: code, reason and position; raw secrets are cut out before it is kept. */
export interface DeadLetter {
  readonly tenant: string;
  readonly atMs: number;
  readonly publisher: string;
  readonly position: Position;
  readonly code: ErrorCode;
  /** Of EVENT_ISSUER_FORBIDDEN: the issuer for whom the publisher spoke. */
  readonly issuer?: string | undefined;
  /** Path of the offending member, e.g. `data.token.jti`; empty when the whole message is bad. */
  readonly path: string;
  /** One sentence, safe to show: it never quotes the value. */
  readonly reason: string;
  /** The message, bounded, with every value that looks like a credential cut out. */
  readonly raw: string;
}
