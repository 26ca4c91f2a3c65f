import type { Principal } from './event/primitives.ts';

/** A principal's identity inside one tenant: issuer and id, never the name. */
export function principalKey(principal: { id: string; iss?: string | undefined }): string {
  return principal.iss === undefined
    ? `prn:${principal.id}`
    : `prn:${JSON.stringify([principal.iss, principal.id])}`;
}

export function principalLabel(principal: Principal | undefined): string {
  return principal === undefined ? 'unknown' : (principal.name ?? principal.id);
}
