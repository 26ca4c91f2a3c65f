import { copyMatch, Unreadable } from './output.ts';

const MAGIC = 0x184d2204;
const RAW_BLOCK = 0x80000000;
const HAS_CONTENT_SIZE = 0x08;
const HAS_BLOCK_CHECKSUM = 0x10;
const HAS_DICTIONARY = 0x01;
const BLOCK_BYTES_BY_CODE = [0, 0, 0, 0, 64 << 10, 256 << 10, 1 << 20, 4 << 20];

/**
 * One LZ4 frame (lz4_Frame_format.md 1.6), which is how Kafka packs LZ4 since message format 1. Checksums are
 * passed over: the broker checked the batch's CRC when it took it.
 */
export function unpackLz4(source: Buffer, bytesMax: number): Buffer {
  if (source.length < 7 || source.readUInt32LE(0) !== MAGIC) throw new Unreadable('not an LZ4 frame');
  const flags = source[4] ?? 0;
  if (flags & HAS_DICTIONARY) throw new Unreadable('an LZ4 frame with a dictionary');
  const blockBytesMax = BLOCK_BYTES_BY_CODE[((source[5] ?? 0) >> 4) & 7] ?? 0;
  const blocks: Buffer[] = [];
  let total = 0;
  let at = 7 + (flags & HAS_CONTENT_SIZE ? 8 : 0);
  // Kafka's blocks are independent; a linked block may look back into the 64 KiB before it.
  let window: Buffer = Buffer.alloc(0);
  for (;;) {
    if (at + 4 > source.length) throw new Unreadable('a truncated LZ4 frame');
    const head = source.readUInt32LE(at);
    at += 4;
    if (head === 0) return Buffer.concat(blocks, total);
    const size = head & ~RAW_BLOCK;
    if (at + size > source.length) throw new Unreadable('a truncated LZ4 block');
    const block = source.subarray(at, at + size);
    const plain = head & RAW_BLOCK ? block : unpackBlock(block, window, blockBytesMax);
    total += plain.length;
    if (total > bytesMax) throw new Unreadable(`more than ${bytesMax} bytes unpacked`);
    blocks.push(plain);
    window = lastOf(window, plain);
    at += size + (flags & HAS_BLOCK_CHECKSUM ? 4 : 0);
  }
}

const WINDOW_BYTES = 64 << 10;

function lastOf(window: Buffer, plain: Buffer): Buffer {
  if (plain.length >= WINDOW_BYTES) return plain.subarray(plain.length - WINDOW_BYTES);
  const both = Buffer.concat([window, plain]);
  return both.subarray(Math.max(0, both.length - WINDOW_BYTES));
}

/** One block; the window stands in front of the output, so that looking back needs no special case. */
function unpackBlock(block: Buffer, window: Buffer, bytesMax: number): Buffer {
  const out = Buffer.allocUnsafe(window.length + bytesMax);
  out.set(window);
  let to = window.length;
  let at = 0;
  const length = (nibble: number): number => {
    let sum = nibble;
    if (nibble !== 15) return sum;
    for (;;) {
      const more = block[at++];
      if (more === undefined) throw new Unreadable('a truncated LZ4 block');
      sum += more;
      if (more !== 255) return sum;
    }
  };
  while (at < block.length) {
    const token = block[at++] ?? 0;
    const literals = length(token >> 4);
    if (at + literals > block.length || to + literals > out.length) throw new Unreadable('a bad LZ4 literal');
    block.copy(out, to, at, at + literals);
    at += literals;
    to += literals;
    // The last sequence is literals only.
    if (at === block.length) break;
    if (at + 2 > block.length) throw new Unreadable('a truncated LZ4 block');
    const back = block.readUInt16LE(at);
    at += 2;
    to = copyMatch(out, to, back, length(token & 15) + 4);
  }
  return out.subarray(window.length, to);
}
