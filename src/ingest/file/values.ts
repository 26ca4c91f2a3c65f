import { createGatherer, type Gatherer, type Piece, type Splitter } from './piece.ts';

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
/** What one byte means for the record it follows. */
type Step = 'goes-on' | 'ends' | 'ends-before' | 'is-list';

interface Scan {
  level: Level;
  /** Set while the list belongs to an object, which ends behind it. */
  isWrapped: boolean;
  isInRecord: boolean;
  isInString: boolean;
  isEscaped: boolean;
  /** Open brackets of the record, or of what stands behind a list. */
  depth: number;
  /** The last byte of the record that was not blank, outside strings; 0 at its start. */
  before: number;
  /** The latest text at depth 1: a member's name when a colon follows. */
  name: string;
  line: number;
  startLine: number;
}

/**
 * JSON values of any layout, one after the other: pretty-printed objects, one array, `{"Records":[…]}` once or many
 * times. Lists are taken apart while they are read, so a file of any size needs the memory of one record. The
 * scan follows brackets and quotes only; whether a record is JSON is found out when it is parsed.
 */
export function createValueSplitter(bytesMax: number): Splitter {
  const gathered = createGatherer(bytesMax);
  const scan: Scan = {
    level: 'top',
    isWrapped: false,
    isInRecord: false,
    isInString: false,
    isEscaped: false,
    depth: 0,
    before: 0,
    name: '',
    line: 1,
    startLine: 1,
  };

  return {
    push(chunk) {
      const pieces: Piece[] = [];
      read(scan, gathered, chunk, pieces);
      return pieces;
    },
    end: () => (scan.isInRecord ? [gathered.take(scan.startLine)] : []),
  };
}

function read(scan: Scan, gathered: Gatherer, chunk: Buffer, pieces: Piece[]): void {
  let start = 0;
  for (let at = 0; at < chunk.length; at += 1) {
    const byte = chunk[at] as number;
    if (byte === char.newline) scan.line += 1;
    if (scan.isInString) {
      inString(scan, byte);
      continue;
    }
    if (!scan.isInRecord) {
      if (!begins(scan, byte)) continue;
      start = at;
    }
    const step = inRecord(scan, byte);
    if (step === 'goes-on') continue;
    scan.isInRecord = false;
    scan.depth = 0;
    if (step === 'is-list') {
      gathered.drop();
      scan.level = 'list';
      scan.isWrapped = true;
      continue;
    }
    gathered.add(chunk.subarray(start, step === 'ends' ? at + 1 : at));
    pieces.push(gathered.take(scan.startLine));
    if (step === 'ends') continue;
    // The byte in front of which a record ended belongs to what comes next.
    at -= 1;
    if (byte === char.newline) scan.line -= 1;
  }
  if (scan.isInRecord) gathered.add(chunk.subarray(start));
}

function inString(scan: Scan, byte: number): void {
  if (scan.isEscaped) scan.isEscaped = false;
  else if (byte === char.backslash) scan.isEscaped = true;
  // A raw line end is not allowed in a string: the text is broken, and what follows may not be.
  else if (byte === char.quote || byte === char.newline) {
    scan.isInString = false;
    scan.before = char.quote;
  } else if (scan.depth === 1 && scan.name.length < NAME_CHARS_MAX) scan.name += String.fromCharCode(byte);
}

/** One byte of a record, outside strings. */
function inRecord(scan: Scan, byte: number): Step {
  switch (byte) {
    case char.quote:
      scan.isInString = true;
      if (scan.depth === 1) scan.name = '';
      return 'goes-on';
    case char.openList:
      return isListOfRecords(scan) ? 'is-list' : open(scan, byte);
    case char.openObject:
      return open(scan, byte);
    case char.closeList:
    case char.closeObject:
      if (scan.depth === 0) return 'ends-before';
      scan.depth -= 1;
      scan.before = byte;
      return scan.depth === 0 ? 'ends' : 'goes-on';
    default:
      if (scan.depth === 0 && (byte <= 0x20 || byte === char.comma)) return 'ends-before';
      if (byte > 0x20) scan.before = byte;
      return 'goes-on';
  }
}

function isListOfRecords({ level, depth, before, name }: Scan): boolean {
  return level === 'top' && depth === 1 && before === char.colon && listNames.has(name);
}

/** A bracket opens behind a colon, a comma or a bracket; anywhere else the record before it was cut off. */
function open(scan: Scan, byte: number): Step {
  const { before } = scan;
  const fits = before === 0 || before === char.colon || before === char.comma || before === char.openList;
  if (!fits) return 'ends-before';
  scan.depth += 1;
  scan.before = byte;
  return 'goes-on';
}

/** One byte between records; true when a record starts with it. */
function begins(scan: Scan, byte: number): boolean {
  if (byte <= 0x20 || byte === char.comma) return false;
  if (scan.level === 'tail') {
    behindList(scan, byte);
    return false;
  }
  if (byte === char.closeList || byte === char.closeObject) {
    if (scan.level === 'list') scan.level = scan.isWrapped && byte === char.closeList ? 'tail' : 'top';
    return false;
  }
  if (scan.level === 'top' && byte === char.openList) {
    scan.level = 'list';
    scan.isWrapped = false;
    return false;
  }
  scan.isInRecord = true;
  scan.startLine = scan.line;
  scan.before = 0;
  scan.name = '';
  return true;
}

/** Members behind the list say nothing of the records: they are skipped up to the end of their object. */
function behindList(scan: Scan, byte: number): void {
  if (byte === char.quote) scan.isInString = true;
  else if (byte === char.openList || byte === char.openObject) scan.depth += 1;
  else if (byte === char.closeList || byte === char.closeObject) scan.depth -= 1;
  if (scan.depth >= 0) return;
  scan.level = 'top';
  scan.depth = 0;
}
