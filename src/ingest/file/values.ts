import { createGatherer, type Piece, type Splitter } from './piece.ts';

/** Members whose list holds the records: CloudTrail's own files, LookupEvents, CloudWatch Logs exports. */
export const listNames: ReadonlySet<string> = new Set(['Records', 'records', 'Events', 'events']);
const NAME_CHARS_MAX = 8;

const char = {
  newline: 0x0a,
  quote: 0x22,
  comma: 0x2c,
  colon: 0x3a,
  openList: 0x5b,
  backslash: 0x5c,
  closeList: 0x5d,
  openObject: 0x7b,
  closeObject: 0x7d,
} as const;

/** Where the scan stands: between records of the file, in a list of records, or behind the list in its object. */
type Level = 'top' | 'list' | 'tail';

/**
 * JSON values of any layout, one after the other: pretty-printed objects, one array, `{"Records":[…]}` once or many
 * times. Lists are taken apart while they are read, so a file of any size needs the memory of one record. The
 * scan follows brackets and quotes only; whether a record is JSON is found out when it is parsed.
 */
export function createValueSplitter(bytesMax: number): Splitter {
  const scan = createScan(bytesMax);
  return {
    push(chunk) {
      const pieces: Piece[] = [];
      scan.read(chunk, pieces);
      return pieces;
    },
    end: () => scan.rest(),
  };
}

function createScan(bytesMax: number) {
  const gathered = createGatherer(bytesMax);
  let level: Level = 'top';
  /** Set while the list belongs to an object, which ends behind it. */
  let isWrapped = false;
  let isInRecord = false;
  let isInString = false;
  let isEscaped = false;
  let depth = 0;
  /** The last byte that was not blank, outside strings. */
  let before = 0;
  /** The latest text at depth 1: a member's name when a colon follows. */
  let name = '';
  let line = 1;
  let startLine = 1;

  function begin(): void {
    isInRecord = true;
    startLine = line;
    depth = 0;
    name = '';
    before = 0;
  }

  function inString(byte: number): void {
    if (isEscaped) isEscaped = false;
    else if (byte === char.backslash) isEscaped = true;
    // A raw line end is not allowed in a string: the text is broken, and what follows may not be.
    else if (byte === char.quote || byte === char.newline) isInString = false;
    else if (depth === 1 && name.length < NAME_CHARS_MAX) name += String.fromCharCode(byte);
    if (!isInString) before = char.quote;
  }

  /** One byte of a record outside strings; true when the record ends with it, `before` when in front of it. */
  function inRecord(byte: number): 'goes-on' | 'ends' | 'ends-before' | 'is-list' {
    switch (byte) {
      case char.quote:
        isInString = true;
        if (depth === 1) name = '';
        return 'goes-on';
      case char.openList:
        if (level === 'top' && depth === 1 && before === char.colon && listNames.has(name)) return 'is-list';
        return open(byte);
      case char.openObject:
        return open(byte);
      case char.closeList:
      case char.closeObject:
        if (depth === 0) return 'ends-before';
        depth -= 1;
        before = byte;
        return depth === 0 ? 'ends' : 'goes-on';
      case char.comma:
        if (depth === 0) return 'ends-before';
        before = byte;
        return 'goes-on';
      default:
        if (byte > 0x20) before = byte;
        return depth === 0 && byte <= 0x20 ? 'ends-before' : 'goes-on';
    }
  }

  /** A bracket opens behind a colon, a comma or a bracket; anywhere else the record before it was cut off. */
  function open(byte: number): 'goes-on' | 'ends-before' {
    const fits = before === 0 || before === char.colon || before === char.comma || before === char.openList;
    if (!fits) return 'ends-before';
    depth += 1;
    before = byte;
    return 'goes-on';
  }

  /** One byte between records; true when a record starts with it. */
  function between(byte: number): boolean {
    if (byte <= 0x20 || byte === char.comma) return false;
    if (level === 'tail') return behindList(byte);
    if (byte === char.closeList || byte === char.closeObject) {
      if (level === 'list') level = isWrapped && byte === char.closeList ? 'tail' : 'top';
      return false;
    }
    if (level === 'top' && byte === char.openList) {
      level = 'list';
      isWrapped = false;
      return false;
    }
    return true;
  }

  /** Members behind the list say nothing of the records: they are skipped up to the end of their object. */
  function behindList(byte: number): false {
    if (byte === char.quote) isInString = true;
    else if (byte === char.openList || byte === char.openObject) depth += 1;
    else if (byte === char.closeList || byte === char.closeObject) depth -= 1;
    if (depth < 0) level = 'top';
    return false;
  }

  function read(chunk: Buffer, pieces: Piece[]): void {
    let start = 0;
    for (let at = 0; at < chunk.length; at += 1) {
      const byte = chunk[at] as number;
      if (byte === char.newline) line += 1;
      if (isInString) {
        inString(byte);
        continue;
      }
      if (!isInRecord) {
        if (!between(byte)) continue;
        begin();
        start = at;
      }
      const step = inRecord(byte);
      if (step === 'goes-on') continue;
      isInRecord = false;
      if (step === 'is-list') {
        gathered.drop();
        depth = 0;
        level = 'list';
        isWrapped = true;
        continue;
      }
      gathered.add(chunk.subarray(start, step === 'ends' ? at + 1 : at));
      pieces.push(gathered.take(startLine));
      depth = 0;
      // The byte in front of which a record ended belongs to what comes next.
      if (step === 'ends-before') {
        at -= 1;
        if (byte === char.newline) line -= 1;
      }
    }
    if (isInRecord) gathered.add(chunk.subarray(start));
  }

  return {
    read,
    rest: (): readonly Piece[] => (isInRecord ? [gathered.take(startLine)] : []),
  };
}
