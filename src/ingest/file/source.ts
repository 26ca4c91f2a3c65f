import { constants, createReadStream } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { ChainwardenError } from '../../domain/errors.ts';
import { FILE_INFLATE_BYTES_MAX } from '../../domain/limits.ts';
import type { ReadOptions } from './types.ts';

/** The bytes of one input, unpacked, and how many of the packed ones are behind them. */
export interface Source {
  readonly chunks: AsyncIterable<Buffer>;
  readonly totalBytes: number | undefined;
  readonly bytesRead: () => number;
}

/** Fails at once for a path that cannot be read, so that no output comes before the complaint. */
export async function checkReadable(path: string): Promise<void> {
  if (path !== '-') await sizeOf(path);
}

/** Opens a file, or the standard input for `-`. Gzip is told by its first bytes, never by a name. */
export async function openSource(path: string, options: ReadOptions): Promise<Source> {
  const totalBytes = path === '-' ? undefined : await sizeOf(path);
  const input = path === '-' ? (options.stdin ?? process.stdin) : createReadStream(path);
  let bytes = 0;
  async function* counted(): AsyncGenerator<Buffer> {
    try {
      for await (const chunk of input) {
        const buffer = toBuffer(chunk);
        bytes += buffer.length;
        yield buffer;
      }
    } catch (error) {
      throw unreadable(path, error);
    }
  }
  return { chunks: unpacked(path, counted()), totalBytes, bytesRead: () => bytes };
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    await access(path, constants.R_OK);
    const stats = await stat(path);
    if (stats.isDirectory()) throw Object.assign(new Error('a directory'), { code: 'EISDIR' });
    // A pipe has no size that means anything.
    return stats.isFile() ? stats.size : undefined;
  } catch (error) {
    throw unreadable(path, error);
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'it may not be read',
  EPERM: 'it may not be read',
  EISDIR: 'it is a directory',
  ENOTDIR: 'a part of the path is not a directory',
  ELOOP: 'its links lead in a circle',
  ENAMETOOLONG: 'its name is too long',
  EMFILE: 'too many files are open',
};

function unreadable(path: string, cause: unknown): ChainwardenError {
  if (cause instanceof ChainwardenError) return cause;
  const { code = 'unknown' } = cause as { code?: string };
  const reason = reasons[code] ?? `the system reports ${code}`;
  return new ChainwardenError('INPUT_UNREADABLE', `cannot read ${nameOf(path)}: ${reason}`, { cause });
}

function nameOf(path: string): string {
  return path === '-' ? 'the standard input' : path;
}

function toBuffer(chunk: unknown): Buffer {
  if (Buffer.isBuffer(chunk)) return chunk;
  return typeof chunk === 'string' ? Buffer.from(chunk) : Buffer.from(chunk as Uint8Array);
}

async function* unpacked(path: string, packed: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  let head: Buffer = Buffer.alloc(0);
  // A pipe may bring the two magic bytes one by one.
  while (head.length < 2) {
    const next = await packed.next();
    if (next.done === true) break;
    head = Buffer.concat([head, next.value]);
  }
  async function* whole(): AsyncGenerator<Buffer> {
    if (head.length > 0) yield head;
    yield* packed;
  }
  const isGzip = head[0] === 0x1f && head[1] === 0x8b;
  yield* isGzip ? inflated(path, whole()) : whole();
}

/**
 * Unpacks piece by piece, each one awaited: a stream that fails throws away what it holds, and of a file that was
 * cut off everything before the cut shall be read.
 */
async function* inflated(path: string, packed: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const gunzip = createGunzip();
  let out: Buffer[] = [];
  let isOver = false;
  let failure: unknown;
  let wake = () => {};
  const over = (error?: Error) => {
    isOver = true;
    failure ??= error;
    wake();
  };
  gunzip.on('data', (chunk: Buffer) => out.push(chunk));
  gunzip.once('end', () => over());
  gunzip.once('error', over);
  /** Resolves when the step is done or the stream is over: a write that fails may never call back. */
  const step = (act: (done: () => void) => void) =>
    new Promise<void>((resolve) => {
      wake = resolve;
      if (isOver) resolve();
      else act(resolve);
    });
  try {
    for await (const chunk of packed) {
      for (let at = 0; at < chunk.length && !isOver; at += FILE_INFLATE_BYTES_MAX) {
        const part = chunk.subarray(at, at + FILE_INFLATE_BYTES_MAX);
        await step((done) => gunzip.write(part, () => done()));
        yield* out;
        out = [];
      }
      if (isOver) break;
    }
    await step(() => gunzip.end());
    yield* out;
  } finally {
    gunzip.destroy();
  }
  if (failure !== undefined) throw cutOff(path, failure);
}

function cutOff(path: string, cause: unknown): ChainwardenError {
  const isShort = (cause as { code?: string }).code === 'Z_BUF_ERROR';
  const what = isShort ? 'its gzip data end too early' : 'its gzip data are damaged';
  const message = `cannot read all of ${nameOf(path)}: ${what}; what could be read before that was read`;
  return new ChainwardenError('INPUT_UNREADABLE', message, { cause });
}
