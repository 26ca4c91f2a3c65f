import { FILE_RECORD_BYTES_MAX } from '../../domain/limits.ts';
import { type Adapter, adapters } from '../adapters/index.ts';
import { type Refusal, refusalOf } from '../contract.ts';
import type { FileRecord } from './types.ts';
import { listNames } from './values.ts';

/** What becomes of one record: an event for admission, or why it is none. */
export type Reading =
  | { readonly raw: unknown; readonly adapter: string }
  | { readonly refusal: Refusal; readonly raw: string; readonly value: unknown; readonly adapter: string };

/** Formats that a reader of files knows: the contract's own, and one per adapter. */
export const formats: readonly string[] = ['auto', 'cloudevents', ...adapters.map(({ format }) => format)];

/** Reads records of `format`; `auto` tells each record's format by its content. Never throws. */
export function createInterpreter(
  format: string,
  available: readonly Adapter[] = adapters,
): (record: FileRecord) => readonly Reading[] {
  const known = available.filter((adapter) => format === 'auto' || adapter.format === format);
  const takesEvents = format === 'auto' || format === 'cloudevents';
  const label = format === 'auto' ? 'unknown' : format;

  function refused(refusal: Refusal, raw: string, value: unknown): Reading {
    return { refusal, raw, value, adapter: label };
  }

  /** An adapter reads what strangers wrote: one that breaks costs its record, not the file. */
  function readCarefully(value: unknown, raw: string): readonly Reading[] {
    try {
      return readValue(value, raw);
    } catch {
      return [refused(poisonous, raw, undefined)];
    }
  }

  function readValue(value: unknown, raw: string): readonly Reading[] {
    if (takesEvents && isCloudEvent(value)) return [{ raw: value, adapter: 'cloudevents' }];
    const adapter = known.find((candidate) => candidate.recognises(value));
    return adapter === undefined ? [refused(unknownFormat, raw, value)] : translate(adapter, value, raw);
  }

  function translate(adapter: Adapter, value: unknown, raw: string): readonly Reading[] {
    const translation = adapter.translate(value);
    if ('refused' in translation) {
      return [{ refusal: translation.refused, raw, value, adapter: adapter.format }];
    }
    return translation.events.map((event) => ({ raw: event, adapter: adapter.format }));
  }

  return (record) => {
    const { text } = record;
    if (record.broken !== undefined) return [refused(refusals[record.broken], text, undefined)];
    // By far the most common case: admission parses it, so it is not parsed here.
    if (takesEvents && text.startsWith('{"specversion"')) return [{ raw: text, adapter: 'cloudevents' }];
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      return [refused(notJson, text, undefined)];
    }
    // A letter shows what was refused, not the list around it: a million numbers are not written a million times.
    return listIn(value).flatMap((item) => readCarefully(item, isObject(item) ? text : String(item)));
  };
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function isCloudEvent(value: unknown): boolean {
  return isObject(value) && 'specversion' in value;
}

/** A line may hold a list of records, bare or in an object. */
function listIn(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  if (!isObject(value) || isCloudEvent(value)) return [value];
  for (const [name, member] of Object.entries(value)) {
    if (listNames.has(name) && Array.isArray(member)) return member;
  }
  return [value];
}

const notJson = refusalOf('EVENT_NOT_JSON', '', 'the record is not JSON');
const unknownFormat = refusalOf('EVENT_FORMAT_UNKNOWN', '', 'the record is in no format that is asked for');

const poisonous = refusalOf('EVENT_POISONOUS', '', 'translating it failed');

const refusals: Readonly<Record<NonNullable<FileRecord['broken']>, Refusal>> = {
  'too-large': refusalOf('EVENT_TOO_LARGE', '', `longer than ${FILE_RECORD_BYTES_MAX} bytes`),
  'not-utf8': refusalOf('EVENT_NOT_JSON', '', 'the record is not UTF-8 text'),
};
