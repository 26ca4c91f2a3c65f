import { copyMatch, Unreadable } from './output.ts';

/** The framing of snappy-java, which Java producers use: magic, two versions, then blocks with their length. */
const FRAME_MAGIC = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
const FRAME_HEADER_BYTES = 16;

/** Snappy as Kafka clients write it: framed by Java, one bare block by librdkafka. */
export function unpackSnappy(source: Buffer, bytesMax: number): Buffer {
  if (!source.subarray(0, FRAME_MAGIC.length).equals(FRAME_MAGIC)) return unpackBlock(source, bytesMax);
  const blocks: Buffer[] = [];
  let total = 0;
  let at = FRAME_HEADER_BYTES;
  while (at < source.length) {
    if (at + 4 > source.length) throw new Unreadable('a truncated snappy frame');
    const size = source.readUInt32BE(at);
    at += 4;
    if (at + size > source.length) throw new Unreadable('a truncated snappy frame');
    const block = unpackBlock(source.subarray(at, at + size), bytesMax - total);
    blocks.push(block);
    total += block.length;
    at += size;
  }
  return Buffer.concat(blocks, total);
}

/** One block (format_description.txt): its unpacked length, then literals and copies. */
function unpackBlock(block: Buffer, bytesMax: number): Buffer {
  const head = readLength(block);
  if (head.length > bytesMax) throw new Unreadable('more bytes unpacked than allowed');
  const out = Buffer.allocUnsafe(head.length);
  let at = head.next;
  let to = 0;
  while (at < block.length) {
    const tag = block[at] ?? 0;
    const kind = tag & 3;
    if (kind === 0) {
      const extra = Math.max(0, (tag >> 2) - 59);
      const length = (extra === 0 ? tag >> 2 : little(block, at + 1, extra)) + 1;
      at += 1 + extra;
      if (at + length > block.length || to + length > out.length)
        throw new Unreadable('a bad snappy literal');
      block.copy(out, to, at, at + length);
      at += length;
      to += length;
    } else if (kind === 1) {
      const back = ((tag >> 5) << 8) | little(block, at + 1, 1);
      to = copyMatch(out, to, back, ((tag >> 2) & 7) + 4);
      at += 2;
    } else {
      const width = kind === 2 ? 2 : 4;
      to = copyMatch(out, to, little(block, at + 1, width), (tag >> 2) + 1);
      at += 1 + width;
    }
  }
  if (to !== out.length) throw new Unreadable('a truncated snappy block');
  return out;
}

function little(block: Buffer, at: number, width: number): number {
  if (at + width > block.length) throw new Unreadable('a truncated snappy block');
  return block.readUIntLE(at, width);
}

function readLength(block: Buffer): { length: number; next: number } {
  let length = 0;
  for (let next = 0; next < 5; next++) {
    const byte = block[next];
    if (byte === undefined) break;
    length += (byte & 0x7f) * 2 ** (7 * next);
    if (byte < 0x80) return { length, next: next + 1 };
  }
  throw new Unreadable('not a snappy block');
}
