import { ID_CHARS_MAX, TEXT_CHARS_MAX } from '../../domain/limits.ts';
import { holdsSecret } from '../secrets.ts';

export type Fields = Readonly<Record<string, unknown>>;

const nothing: Fields = {};

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object under `name`; an empty one where there is none, so that reading on needs no checks. */
export function fieldsAt(fields: Fields, name: string): Fields {
  const value = fields[name];
  return isFields(value) ? value : nothing;
}

/** The text under `name`; undefined when it is missing, blank or something else. */
export function textAt(fields: Fields, name: string): string | undefined {
  const value = fields[name];
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}

/** True for `true` and for `"true"`: shippers write booleans as text. */
export function isTrue(value: unknown): boolean {
  return value === true || (typeof value === 'string' && value.toLowerCase() === 'true');
}

/** A value that may stand in an identifier. */
export function asId(value: string): string {
  return plain(value).slice(0, ID_CHARS_MAX);
}

/** A value that may stand in a text. */
export function asText(value: string): string {
  return plain(value).slice(0, TEXT_CHARS_MAX);
}

/**
 * Names are chosen by whoever makes the call. One that looks like a credential would have the whole record
 * refused, and so hide the call: it is replaced instead. The same goes for halves of surrogate pairs.
 */
function plain(value: string): string {
  const whole = value.replace(/\p{Surrogate}/gu, '\uFFFD');
  return holdsSecret(JSON.stringify(whole)) ? '[cut]' : whole;
}
