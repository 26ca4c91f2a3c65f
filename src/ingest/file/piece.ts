import { DEAD_LETTER_BYTES_MAX } from '../../domain/limits.ts';

/** The bytes of one record. */
export interface Piece {
  readonly bytes: Buffer;
  readonly line: number;
  readonly tooLarge: boolean;
}

/** Cuts a stream of chunks into records. Holds at most one record, and of an over-long one only the beginning. */
export interface Splitter {
  push(chunk: Buffer): readonly Piece[];
  /** What is left when the input ends: the last line, or a record that never ended. */
  end(): readonly Piece[];
}

/** Gathers the bytes of one record over several chunks. */
export interface Gatherer {
  add(bytes: Buffer): void;
  take(line: number): Piece;
  drop(): void;
  readonly size: number;
}

export function createGatherer(bytesMax: number): Gatherer {
  let parts: Buffer[] = [];
  let kept = 0;
  let size = 0;

  function drop(): void {
    parts = [];
    kept = 0;
    size = 0;
  }

  return {
    add(bytes) {
      size += bytes.length;
      const room = (size > bytesMax ? DEAD_LETTER_BYTES_MAX : bytesMax) - kept;
      if (room <= 0) return;
      const part = bytes.subarray(0, room);
      parts.push(part);
      kept += part.length;
    },
    take(line) {
      const tooLarge = size > bytesMax;
      const [first = Buffer.alloc(0), ...more] = parts;
      const bytes = more.length === 0 ? first : Buffer.concat(parts);
      const piece = { bytes: tooLarge ? bytes.subarray(0, DEAD_LETTER_BYTES_MAX) : bytes, line, tooLarge };
      drop();
      return piece;
    },
    drop,
    get size() {
      return size;
    },
  };
}
