import { createHash } from 'node:crypto';
import type { ApiKey, Role } from '../../../src/domain/access.ts';
import type { OidcConfig } from '../config.ts';

/** What an ID token says; the library has checked that it does. */
export type Claims = Readonly<Record<string, unknown>> & { readonly iss: string; readonly sub: string };

const ranked = ['admin', 'responder', 'analyst'] as const satisfies readonly Role[];
const NAME_CHARS_MAX = 128;
const TENANT_CHARS_MAX = 128;

/**
 * Who signed in, as a key that is kept nowhere: its role is what the provider's claims are worth here, and its empty
 * hash opens nothing. Or why they are not let in.
 */
export function identityOf(
  claims: Claims,
  config: Pick<OidcConfig, 'roleClaim' | 'roles' | 'nameClaim' | 'tenant' | 'tenantClaim'>,
  { tenant: ownTenant, nowMs }: { readonly tenant: string; readonly nowMs: number },
): { readonly key: ApiKey } | { readonly fault: string } {
  const { roleClaim, roles, nameClaim, tenantClaim } = config;
  const given = textsIn(claims[roleClaim]);
  const role = ranked.find((one) => roles[one].some((value) => given.includes(value)));
  if (role === undefined) {
    return {
      fault:
        `Nothing in the claim “${roleClaim}” of your account gives you a role here. ` +
        'Whoever administers Chainwarden says which values do, under console.oidc.roles.',
    };
  }
  const tenant = tenantClaim === undefined ? (config.tenant ?? ownTenant) : claims[tenantClaim];
  if (typeof tenant !== 'string' || tenant === '' || tenant.length > TENANT_CHARS_MAX)
    return { fault: `The claim “${tenantClaim}” of your account names no tenant.` };
  const name = [claims[nameClaim], claims.sub].find((one) => typeof one === 'string' && one.trim() !== '');
  const digest = createHash('sha256')
    .update(JSON.stringify([claims.iss, claims.sub]))
    .digest('base64url');
  return {
    key: {
      id: `oidc-${digest.slice(0, 22)}`,
      hash: '',
      name: String(name).trim().slice(0, NAME_CHARS_MAX),
      role,
      tenant,
      issuers: [],
      createdMs: nowMs,
      disabled: false,
    },
  };
}

/** A claim of one value, or of a list. */
function textsIn(claim: unknown): readonly string[] {
  return [claim].flat().filter((value) => typeof value === 'string');
}
