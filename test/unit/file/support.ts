import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FileRecord, InputBatch, InputOptions } from '../../../src/ingest/file/index.ts';
import { readEvents, readRecords } from '../../../src/ingest/file/index.ts';
import type { Splitter } from '../../../src/ingest/file/piece.ts';

/** Pushes `text` in chunks of `size` bytes and gives the texts of all records. */
export function cutUp(
  splitter: Splitter,
  text: string,
  size = 7,
): { text: string; line: number; tooLarge: boolean }[] {
  const bytes = Buffer.from(text);
  const pieces = [];
  for (let at = 0; at < bytes.length; at += size)
    pieces.push(...splitter.push(bytes.subarray(at, at + size)));
  pieces.push(...splitter.end());
  return pieces.map((piece) => ({ ...piece, text: piece.bytes.toString('utf8') }));
}

export async function fileOf(content: string | Uint8Array, name = 'input'): Promise<string> {
  const path = join(await mkdtemp(join(tmpdir(), 'chainwarden-')), name);
  await writeFile(path, content);
  return path;
}

/** Everything a file holds, and the error it ended with. */
export async function recordsOf(path: string): Promise<{ records: FileRecord[]; error: unknown }> {
  const records: FileRecord[] = [];
  try {
    for await (const batch of readRecords(path)) records.push(...batch.records);
  } catch (error) {
    return { records, error };
  }
  return { records, error: undefined };
}

export async function eventsOf(
  paths: readonly string[],
  options: Partial<InputOptions> = {},
): Promise<{
  records: InputBatch['records'][number][];
  refused: InputBatch['refused'][number][];
  error: unknown;
}> {
  const records: InputBatch['records'][number][] = [];
  const refused: InputBatch['refused'][number][] = [];
  try {
    for await (const batch of readEvents(paths, { format: 'auto', nowMs: 0, ...options })) {
      records.push(...batch.records);
      refused.push(...batch.refused);
    }
  } catch (error) {
    return { records, refused, error };
  }
  return { records, refused, error: undefined };
}
