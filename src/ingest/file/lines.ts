import { createGatherer, type Piece, type Splitter } from './piece.ts';

const newline = 0x0a;

/** NDJSON: a record a line. A broken line costs itself and nothing else. */
export function createLineSplitter(bytesMax: number): Splitter {
  const gathered = createGatherer(bytesMax);
  let line = 1;

  return {
    push(chunk) {
      const pieces: Piece[] = [];
      let start = 0;
      for (let at = chunk.indexOf(newline); at >= 0; at = chunk.indexOf(newline, start)) {
        gathered.add(chunk.subarray(start, at));
        pieces.push(gathered.take(line));
        line += 1;
        start = at + 1;
      }
      if (start < chunk.length) gathered.add(chunk.subarray(start));
      return pieces;
    },
    end() {
      return gathered.size === 0 ? [] : [gathered.take(line)];
    },
  };
}
