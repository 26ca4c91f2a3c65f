import { isUtf8 } from 'node:buffer';
import { EVENT_BYTES_MAX } from '../domain/limits.ts';
import { invalid, type Refusal, refusalOf, tooLarge } from './contract.ts';
import { deepAct, isTooDeep, mayBeDeep } from './walk.ts';

/** Bytes or text to a value, the size first. A value that is parsed already passes; `text` is undefined then. */
export function parse(
  raw: unknown,
): Refusal | { readonly value: unknown; readonly text: string | undefined } {
  if (typeof raw !== 'string' && !(raw instanceof Uint8Array)) return { value: raw, text: undefined };
  // UTF-8 has no fewer bytes than characters, so the cheap bound comes first.
  if (raw.length > EVENT_BYTES_MAX || Buffer.byteLength(raw) > EVENT_BYTES_MAX) return tooLarge;
  if (typeof raw !== 'string' && !isUtf8(raw)) {
    return refusalOf('EVENT_NOT_JSON', '', 'the message is not UTF-8 text');
  }
  const text = typeof raw === 'string' ? raw : Buffer.from(raw.buffer, raw.byteOffset, raw.length).toString();
  try {
    return { value: JSON.parse(text), text };
  } catch {
    return refusalOf('EVENT_NOT_JSON', '', 'the message is not JSON');
  }
}

/** Refuses what is nested too deeply, before anything recursive looks at it. */
export function tooDeep(value: unknown, text: string | undefined): Refusal | undefined {
  if (text !== undefined && !mayBeDeep(text)) return undefined;
  const act = deepAct((value as { data?: unknown } | null | undefined)?.data);
  if (act !== undefined) return actTooDeep(act);
  return isTooDeep(value) ? invalid('', 'nested deeper, or with more members, than allowed') : undefined;
}

export function actTooDeep(path: string): Refusal {
  return refusalOf('EVENT_ACT_TOO_DEEP', path, 'more actors are nested than allowed');
}
