import { isUtf8 } from 'node:buffer';
import { FILE_BATCH_BYTES_MAX, FILE_BATCH_RECORDS_MAX, FILE_RECORD_BYTES_MAX } from '../../domain/limits.ts';
import type { Piece, Splitter } from './piece.ts';
import { splitterFor } from './shape.ts';
import { openSource } from './source.ts';
import type { FileBatch, FileRecord, ReadOptions } from './types.ts';

/** Bytes in which the layout of a file must show. */
const HEAD_BYTES = 64 * 1024;

/**
 * The records of one file, in batches, in constant memory. Throws INPUT_UNREADABLE when the file cannot be read (to
 * its end), after everything that could be read was delivered.
 */
export async function* readRecords(path: string, options: ReadOptions = {}): AsyncGenerator<FileBatch> {
  const source = await openSource(path, options);
  let batch: FileRecord[] = [];
  let batchBytes = 0;
  let count = 0;

  function take(done: boolean): FileBatch {
    const records = batch;
    batch = [];
    batchBytes = 0;
    const { totalBytes } = source;
    return { records, progress: { path, bytes: source.bytesRead(), totalBytes, records: count, done } };
  }

  let failure: unknown;
  try {
    for await (const pieces of split(source.chunks)) {
      for (const piece of pieces) {
        const record = toRecord(piece);
        if (record === undefined) continue;
        batch.push(record);
        batchBytes += piece.bytes.length;
        count += 1;
        if (batch.length >= FILE_BATCH_RECORDS_MAX || batchBytes >= FILE_BATCH_BYTES_MAX) yield take(false);
      }
    }
  } catch (error) {
    failure = error;
  }
  yield take(failure === undefined);
  if (failure !== undefined) throw failure;
}

/** A record that the input's failure cut off is not delivered: the failure says it all. */
async function* split(chunks: AsyncIterable<Buffer>): AsyncGenerator<readonly Piece[]> {
  let splitter: Splitter | undefined;
  let head: Buffer = Buffer.alloc(0);
  let failure: unknown;
  try {
    for await (const chunk of chunks) {
      if (splitter !== undefined) {
        yield splitter.push(chunk);
        continue;
      }
      head = Buffer.concat([head, chunk]);
      if (head.length < HEAD_BYTES) continue;
      splitter = splitterFor(withoutMark(head), false, FILE_RECORD_BYTES_MAX);
      yield splitter.push(withoutMark(head));
    }
  } catch (error) {
    failure = error;
  }
  if (splitter === undefined) {
    splitter = splitterFor(withoutMark(head), failure === undefined, FILE_RECORD_BYTES_MAX);
    yield splitter.push(withoutMark(head));
  }
  if (failure !== undefined) throw failure;
  yield splitter.end();
}

/** Some editors begin UTF-8 files with a byte order mark. */
function withoutMark(head: Buffer): Buffer {
  return head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? head.subarray(3) : head;
}

/** Blank lines are no records. */
function toRecord(piece: Piece): FileRecord | undefined {
  const { bytes, line } = piece;
  const text = bytes.toString('utf8').trim();
  if (piece.tooLarge) return { text, line, broken: 'too-large' };
  if (text === '') return undefined;
  return isUtf8(bytes) ? { text, line } : { text, line, broken: 'not-utf8' };
}
