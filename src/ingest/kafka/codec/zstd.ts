import { Decompress } from 'fzstd';
import { Unreadable } from './output.ts';

const MAGIC = 0xfd2fb528;
const SINGLE_SEGMENT = 0x20;

const HAS_CHECKSUM = 0x04;
const RLE_BLOCK = 1;

interface Frame {
  readonly windowBytes: number;
  readonly headerBytes: number;
  readonly checksumBytes: number;
}

/**
 * One Zstandard frame (RFC 8878), as Kafka clients write it. The frame is walked before it is decoded: the decoder
 * allocates whatever window a header declares, of a second frame too.
 */
export function unpackZstd(source: Buffer, bytesMax: number): Buffer {
  const frame = readHeader(source);
  if (frame.windowBytes > bytesMax) throw new Unreadable(`a zstd window of more than ${bytesMax} bytes`);
  if (endOf(source, frame) !== source.length) throw new Unreadable('not exactly one zstd frame');
  const parts: Uint8Array[] = [];
  let total = 0;
  const decoder = new Decompress((part) => {
    total += part.length;
    if (total > bytesMax) throw new Unreadable(`more than ${bytesMax} bytes unpacked`);
    parts.push(part);
  });
  decoder.push(source, true);
  return Buffer.concat(parts, total);
}

function readHeader(source: Buffer): Frame {
  // No frame is shorter; what is read below lies within the longest header, 18 bytes.
  if (source.length < 9 || source.readUInt32LE(0) !== MAGIC) throw new Unreadable('not a zstd frame');
  const flags = source[4] ?? 0;
  const single = (flags & SINGLE_SEGMENT) !== 0;
  const at = 5 + (single ? 0 : 1) + ([0, 1, 2, 4][flags & 3] ?? 0);
  const width = [single ? 1 : 0, 2, 4, 8][flags >> 6] ?? 0;
  if (at + width > source.length) throw new Unreadable('a truncated zstd frame');
  const checksumBytes = flags & HAS_CHECKSUM ? 4 : 0;
  const content =
    width === 8 ? Number(source.readBigUInt64LE(at)) : width === 0 ? 0 : source.readUIntLE(at, width);
  // A single segment is its own window; otherwise a byte of exponent and mantissa says it.
  return { windowBytes: single ? content : windowOf(source[5] ?? 0), headerBytes: at + width, checksumBytes };
}

function windowOf(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 7);
}

/** Steps from block header to block header; each says how long its block is and whether it is the last. */
function endOf(source: Buffer, frame: Frame): number {
  let at = frame.headerBytes;
  for (;;) {
    if (at + 3 > source.length) throw new Unreadable('a truncated zstd frame');
    const head = source.readUIntLE(at, 3);
    at += 3 + (((head >> 1) & 3) === RLE_BLOCK ? 1 : head >> 3);
    if (head & 1) return at + frame.checksumBytes;
  }
}
