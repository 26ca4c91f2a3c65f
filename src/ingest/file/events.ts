import type { Publisher } from '../../domain/access.ts';
import type { DeadLetter, Position } from '../../domain/dead-letter.ts';
import { ChainwardenError } from '../../domain/errors.ts';
import { FILES_AT_ONCE_MAX } from '../../domain/limits.ts';
import { deadLetter } from '../letter.ts';
import { createInterpreter, formats, type Reading } from './interpret.ts';
import { readRecords } from './records.ts';
import { checkReadable } from './source.ts';
import type { FileBatch, InputBatch, InputOptions, InputRecord } from './types.ts';

const anybody: Publisher = { name: 'file', tenant: 'default', issuers: '*' };

/**
 * The events of several files, read side by side: one batch of each in turn, so that files which cover the same time
 * arrive together. A file that fails does not stop the others; its error comes at the end.
 */
export async function* readEvents(
  paths: readonly string[],
  options: InputOptions,
): AsyncGenerator<InputBatch> {
  if (!formats.includes(options.format)) {
    throw new ChainwardenError('USAGE', `unknown format; known are ${formats.join(', ')}`);
  }
  if (paths.filter((path) => path === '-').length > 1) {
    throw new ChainwardenError('USAGE', 'the standard input can be read only once');
  }
  for (const path of paths) await checkReadable(path);
  const toBatch = createBatcher(options);
  const waiting = [...paths];
  let reading: AsyncGenerator<FileBatch>[] = [];
  let failure: unknown;
  try {
    while (waiting.length > 0 || reading.length > 0) {
      const next = waiting.splice(0, FILES_AT_ONCE_MAX - reading.length);
      reading.push(...next.map((path) => readRecords(path, options)));
      for (const reader of reading) {
        let step: IteratorResult<FileBatch>;
        try {
          step = await reader.next();
        } catch (error) {
          failure ??= error;
          reading = reading.filter((other) => other !== reader);
          continue;
        }
        if (step.done === true) {
          reading = reading.filter((other) => other !== reader);
          continue;
        }
        options.onProgress?.(step.value.progress);
        if (step.value.records.length > 0) yield toBatch(step.value);
      }
    }
  } finally {
    for (const reader of reading) await reader.return(undefined);
  }
  if (failure !== undefined) throw failure;
}

function createBatcher(options: InputOptions): (batch: FileBatch) => InputBatch {
  const read = createInterpreter(options.format);
  const { publisher = anybody, nowMs = Date.now() } = options;

  function letterOf(reading: Extract<Reading, { refusal: unknown }>, position: Position): DeadLetter {
    const { refusal, raw, value, adapter } = reading;
    return deadLetter(refusal, raw, value, { publisher, adapter, position, nowMs, history: true });
  }

  return ({ records, progress }) => {
    const accepted: InputRecord[] = [];
    const refused: DeadLetter[] = [];
    for (const record of records) {
      const position: Position = { source: progress.path, partition: 0, offset: record.line };
      for (const reading of read(record)) {
        if ('refusal' in reading) refused.push(letterOf(reading, position));
        else accepted.push({ raw: reading.raw, adapter: reading.adapter, position });
      }
    }
    return { records: accepted, refused };
  };
}
