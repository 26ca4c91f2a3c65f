import { createHash } from 'node:crypto';
import { ID_CHARS_MAX } from '../domain/limits.ts';

/**
 * A name by which a message is known again wherever it comes from, after a process died over it: its bytes when it
 * comes as text, the identity it claims when it was parsed before. Undefined when it has neither.
 */
export function messageName(raw: unknown): string | undefined {
  if (typeof raw === 'string') return nameOfBytes(Buffer.from(raw));
  if (raw instanceof Uint8Array) return nameOfBytes(raw);
  return nameOfValue(raw);
}

export function nameOfBytes(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** A member that throws when it is read is what admission is made to survive; naming must, too. */
export function nameOfValue(value: unknown): string | undefined {
  try {
    const { source, id } = (value ?? {}) as { source?: unknown; id?: unknown };
    if (typeof source !== 'string' || typeof id !== 'string') return undefined;
    return `event:${JSON.stringify([source.slice(0, ID_CHARS_MAX), id.slice(0, ID_CHARS_MAX)])}`;
  } catch {
    return undefined;
  }
}
