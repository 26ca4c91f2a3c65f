import type { Principal } from './event/primitives.ts';

/** A principal's identity inside one tenant: issuer and id, never the name. */
export function principalKey(principal: { id: string; iss?: string | undefined }): string {
  return principal.iss === undefined
    ? `prn:${principal.id}`
    : `prn:${JSON.stringify([principal.iss, principal.id])}`;
}

/** The id in a principal's key, for people. An id that looks like a pair is one when it reads as one. */
export function principalIdIn(key: string): string {
  const name = key.slice('prn:'.length);
  try {
    const parts: unknown = name.startsWith('["') ? JSON.parse(name) : undefined;
    return Array.isArray(parts) && parts.length === 2 ? String(parts[1]) : name;
  } catch {
    return name;
  }
}

export function principalLabel(principal: Principal | undefined): string {
  return principal === undefined ? 'unknown' : (principal.name ?? principal.id);
}
