import type { Publisher } from '../../domain/access.ts';
import type { DeadLetter, Position } from '../../domain/dead-letter.ts';

/** One record of a file, cut out but not yet read. */
export interface FileRecord {
  /** Its JSON text; of an over-long record only the beginning. */
  readonly text: string;
  /** Line of the file on which it starts, counted from 1. */
  readonly line: number;
  /** `too-large`: longer than FILE_RECORD_BYTES_MAX. `not-utf8`: not text. */
  readonly broken?: 'too-large' | 'not-utf8';
}

/** Records of one file, and how far into it they lead. */
export interface FileBatch {
  readonly records: readonly FileRecord[];
  readonly progress: Progress;
}

export interface Progress {
  /** The path as it was given; `-` is the standard input. */
  readonly path: string;
  /** Bytes read so far, as they lie in the file: compressed ones count as such. */
  readonly bytes: number;
  /** Size of the file; undefined where nobody knows it, as for a pipe. */
  readonly totalBytes: number | undefined;
  readonly records: number;
  readonly done: boolean;
}

export interface ReadOptions {
  /** What `-` stands for; the process's own by default. */
  readonly stdin?: AsyncIterable<Uint8Array>;
}

export interface InputOptions extends ReadOptions {
  /** One of `formats`; `auto` tells each record's format by its content. */
  readonly format: string;
  /** In whose name refused records are kept. */
  readonly publisher?: Publisher;
  readonly nowMs?: number;
  readonly onProgress?: (progress: Progress) => void;
}

/** One event for admission: JSON text, or the structured CloudEvent that an adapter wrote. */
export interface InputRecord {
  readonly raw: unknown;
  /** `cloudevents`, or the adapter that translated it. */
  readonly adapter: string;
  readonly position: Position;
}

export interface InputBatch {
  readonly records: readonly InputRecord[];
  readonly refused: readonly DeadLetter[];
}
