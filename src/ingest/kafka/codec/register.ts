import { gunzipSync, gzipSync } from 'node:zlib';
// The codec registry is no named export that Node finds in this CommonJS package.
import kafkajs, { CompressionTypes } from 'kafkajs';
import { BATCH_BYTES_MAX, BATCH_RECORDS_MAX } from '../bounds.ts';
import { unpackLz4 } from './lz4.ts';
import { BatchTooLarge, Unreadable } from './output.ts';
import { batchShape, placeholders } from './placeholder.ts';
import { unpackSnappy } from './snappy.ts';
import { unpackZstd } from './zstd.ts';

type Unpack = (source: Buffer, bytesMax: number) => Buffer;

const unpackGzip: Unpack = (source, bytesMax) => {
  try {
    return gunzipSync(source, { maxOutputLength: bytesMax });
  } catch (error) {
    // zlib's messages are fixed phrases of its own and quote nothing.
    throw new Unreadable(error instanceof Error ? error.message : 'not gzip');
  }
};

/**
 * Teaches the client every compression a publisher may choose. Its registry is one per process, so doing this
 * twice changes nothing. All four only unpack what is bounded; gzip alone also packs, which is all we publish with.
 */
export function registerCodecs(bytesMax = BATCH_BYTES_MAX): void {
  kafkajs.CompressionCodecs[CompressionTypes.GZIP] = () => ({
    compress: async (encoder: { buffer: Buffer }) => gzipSync(encoder.buffer),
    decompress: async (packed: Buffer) => unpackOrReplace('gzip', packed, unpackGzip, bytesMax),
  });
  const readOnly = (name: string, unpack: Unpack) => () => ({
    compress: () => Promise.reject(new Error(`nothing is published with ${name}`)),
    decompress: async (packed: Buffer) => unpackOrReplace(name, packed, unpack, bytesMax),
  });
  kafkajs.CompressionCodecs[CompressionTypes.Snappy] = readOnly('snappy', unpackSnappy);
  kafkajs.CompressionCodecs[CompressionTypes.LZ4] = readOnly('lz4', unpackLz4);
  kafkajs.CompressionCodecs[CompressionTypes.ZSTD] = readOnly('zstd', unpackZstd);
}

/** The records of a batch, or as many that say why there are none. */
export function unpackOrReplace(name: string, packed: Buffer, unpack: Unpack, bytesMax: number): Buffer {
  const shape = batchShape(packed);
  if (shape !== undefined && shape.records > BATCH_RECORDS_MAX) {
    throw new BatchTooLarge(name, shape.records);
  }
  try {
    return unpack(packed, bytesMax);
  } catch (error) {
    if (shape === undefined) throw error;
    const why = error instanceof Unreadable ? error.message : 'its bytes are damaged';
    return placeholders(shape, `a ${name} batch of ${shape.records} records cannot be unpacked: ${why}`);
  }
}
