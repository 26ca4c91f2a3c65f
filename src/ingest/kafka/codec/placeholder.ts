/** Header of the records that stand for a batch nobody can read. No publisher's client can send a NUL by accident. */
export const unreadableHeader = '\0chainwarden-unreadable';

/** Bytes of a record batch in front of its records (message format 2). */
const BATCH_HEADER_BYTES = 61;
const MAGIC_AT = 16;
const LAST_OFFSET_DELTA_AT = 23;
const COUNT_AT = 57;

export interface BatchShape {
  readonly records: number;
  readonly lastOffsetDelta: number;
}

/**
 * What the header in front of the packed records says. The client hands a codec a view into the batch and asks for
 * as many records as that header promised, so the bytes in front of the view are that header.
 */
export function batchShape(packed: Buffer): BatchShape | undefined {
  if (packed.byteOffset < BATCH_HEADER_BYTES) return undefined;
  const header = Buffer.from(packed.buffer, packed.byteOffset - BATCH_HEADER_BYTES, BATCH_HEADER_BYTES);
  if (header[MAGIC_AT] !== 2) return undefined;
  return { records: header.readInt32BE(COUNT_AT), lastOffsetDelta: header.readInt32BE(LAST_OFFSET_DELTA_AT) };
}

/**
 * Records in place of those that cannot be unpacked, so that the partition goes on behind them: an error in a codec
 * would make the client fetch the same batch for ever. The first carries the reason; the last has the batch's last
 * offset, so that nothing of it is fetched again.
 */
export function placeholders(shape: BatchShape, reason: string): Buffer {
  const parts: Buffer[] = [];
  for (let i = 0; i < shape.records; i++) {
    const delta = i === shape.records - 1 ? shape.lastOffsetDelta : i;
    parts.push(record(delta, i === 0 ? reason : ''));
  }
  return Buffer.concat(parts);
}

function record(offsetDelta: number, reason: string): Buffer {
  const key = Buffer.from(unreadableHeader);
  const value = Buffer.from(reason);
  const noBytes = varint(-1);
  const body = Buffer.concat([
    Buffer.from([0]), // attributes
    varint(0), // timestamp delta
    varint(offsetDelta),
    noBytes, // key
    noBytes, // value
    varint(1), // headers
    varint(key.length),
    key,
    varint(value.length),
    value,
  ]);
  return Buffer.concat([varint(body.length), body]);
}

function varint(value: number): Buffer {
  let rest = ((value << 1) ^ (value >> 31)) >>> 0;
  const bytes: number[] = [];
  while (rest > 0x7f) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  bytes.push(rest);
  return Buffer.from(bytes);
}
