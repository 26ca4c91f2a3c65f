import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unpackLz4 } from './lz4.ts';
import { Unreadable } from './output.ts';
import { batchShape, placeholders, unreadableHeader } from './placeholder.ts';
import { unpackOrReplace } from './register.ts';
import { unpackSnappy } from './snappy.ts';
import { unpackZstd } from './zstd.ts';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');
const packed = 'event event event event event event event event event event';
const MAX = 1_000;

/** The same 59 characters, packed by the reference tools (lz4 1.9, zstd 1.5, and Rust's snap). */
const samples = {
  lz4: hex('04224d186440a7100000006f6576656e742006001d506576656e7400000000dc9ed160'),
  snappy: hex('3b146576656e7420d20600'),
  zstd: hex('28b52ffd243b650000306576656e74200100ca598a3bab79b9'),
};
const unpackers = { lz4: unpackLz4, snappy: unpackSnappy, zstd: unpackZstd };
const names = ['lz4', 'snappy', 'zstd'] as const;

describe.each(names)('%s', (name) => {
  const unpack = unpackers[name];
  const sample = samples[name];

  it('unpacks what the reference tool packed', () => {
    expect(unpack(sample, MAX).toString()).toBe(packed);
  });

  it('refuses to unpack more than it may', () => {
    expect(() => unpack(sample, packed.length - 1)).toThrow(Unreadable);
    expect(unpack(sample, packed.length)).toHaveLength(packed.length);
  });

  it('survives any damage: an error or some bytes, within bounds and in finite time', () => {
    const edits = fc.array(fc.tuple(fc.nat(sample.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 });
    return fc.assert(
      fc.property(edits, fc.nat(sample.length), (changes, cut) => {
        const damaged = Buffer.from(sample.subarray(0, sample.length - (cut % 5)));
        for (const [at, byte] of changes) if (at < damaged.length) damaged[at] = byte;
        expect(sizeOrError(() => unpack(damaged, MAX))).toBeLessThanOrEqual(MAX);
      }),
      { numRuns: 2_000 },
    );
  });

  it('calls every truncation unreadable', () => {
    for (let length = 0; length < sample.length - 4; length++) {
      expect(() => unpack(sample.subarray(0, length), MAX)).toThrow(/./);
    }
  });
});

it('refuses a zstd window larger than the bound before anything is allocated for it', () => {
  // Window descriptor 0xa8: 2^31 bytes.
  expect(() => unpackZstd(hex('28b52ffd 00 a8 010000 000000'), MAX)).toThrow(/window/);
});

it('unpacks a zstd stream, which does not say its size', () => {
  const stream = hex('28b52ffd 0458 650000306576656e74200100ca598a3bab79b9');
  expect(unpackZstd(stream, 4 << 20).toString()).toBe(packed);
});

it('stops a zstd stream that goes on and on', () => {
  // A window of 1 KiB, and runs of 1,000 times the same byte: each four bytes long.
  const run = [...hex('421f00'), 0x61];
  const bomb = Buffer.from([
    ...hex('28b52ffd 0000'),
    ...Array.from({ length: 50 }, () => run).flat(),
    1,
    0,
    0,
  ]);
  expect(unpackZstd(bomb, 50_000)).toHaveLength(50_000);
  expect(() => unpackZstd(bomb, 49_999)).toThrow(/more than 49999 bytes/);
});

it('refuses a second zstd frame, whose window nobody has checked', () => {
  expect(() => unpackZstd(Buffer.concat([samples.zstd, samples.zstd]), MAX)).toThrow(/exactly one/);
});

describe('a batch that cannot be unpacked', () => {
  it('is replaced by as many records as were promised, the first with the reason', () => {
    const batch = batchOf(3, 9, Buffer.from('no gzip'));
    const out = unpackOrReplace('lz4', batch, unpackLz4, MAX);
    expect(out).toEqual(placeholders({ records: 3, lastOffsetDelta: 9 }, reason('not an LZ4 frame')));
    expect(out.toString().split(unreadableHeader)).toHaveLength(4);
    expect(out.toString().split('not an LZ4 frame')).toHaveLength(2);
  });

  it('is left alone when it can be', () => {
    const batch = batchOf(1, 0, samples.lz4);
    expect(unpackOrReplace('lz4', batch, unpackLz4, MAX).toString()).toBe(packed);
  });

  it('is an error when it promises more records than memory holds', () => {
    const batch = batchOf(50_000_000, 49_999_999, gzipSync('x'));
    expect(() => unpackOrReplace('lz4', batch, unpackLz4, MAX)).toThrow(/producer must send smaller ones/);
  });

  it('is an error when what surrounds it is not a batch of format 2', () => {
    const lone = Buffer.from(new ArrayBuffer(8));
    expect(batchShape(lone)).toBeUndefined();
    expect(() => unpackOrReplace('lz4', lone, unpackLz4, MAX)).toThrow(Unreadable);
  });

  const reason = (why: string) => `a lz4 batch of 3 records cannot be unpacked: ${why}`;
});

/** A view of the packed records behind a record batch header, as the client hands it to a codec. */
function batchOf(records: number, lastOffsetDelta: number, body: Buffer): Buffer {
  const whole = Buffer.from(new ArrayBuffer(61 + body.length));
  whole[16] = 2;
  whole.writeInt32BE(lastOffsetDelta, 23);
  whole.writeInt32BE(records, 57);
  whole.set(body, 61);
  return whole.subarray(61);
}

function sizeOrError(work: () => Buffer): number {
  try {
    return work().length;
  } catch (error) {
    // Programming errors (a bad index, an unknown method) are not damage.
    expect(error).toBeInstanceOf(Error);
    expect(error).not.toBeInstanceOf(TypeError);
    return 0;
  }
}
