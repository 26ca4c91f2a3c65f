import * as z from 'zod';
import type { TokenView } from '../../src/domain/chain.ts';

export const UnboundedConfig = z.strictObject({
  /** Grants that mean everything by their name alone. */
  unbounded: z
    .array(z.string().min(1).max(256))
    .max(256)
    .default(['all', 'full', 'full_access', 'root', 'superuser']),
  /** So many grants are broad, whatever they are. */
  broadGrants: z.int().min(2).max(256).default(20),
});
export type UnboundedConfig = z.infer<typeof UnboundedConfig>;

/** The grants of a token that bound nothing, and details of which only the type is stated. */
export function unboundedGrants(token: TokenView, config: UnboundedConfig): readonly string[] {
  const grants = (token.scope ?? []).filter((grant) => isUnbounded(grant, config));
  const details = (token.authorizationDetails ?? []).filter((detail) =>
    Object.keys(detail).every((member) => member === 'type'),
  );
  return details.length === 0 ? grants : [...grants, ...details.map(({ type }) => `${type} (any)`)];
}

/**
 * `*` alone or as the last part (`crm:*`, `repo/*`, `mail.*`), or what an application was ever granted (Microsoft's
 * `.default`). A pattern within a part (`logs-*`) bounds something.
 */
function isUnbounded(grant: string, { unbounded }: UnboundedConfig): boolean {
  if (unbounded.includes(grant)) return true;
  if (grant === '.default' || grant.endsWith('/.default')) return true;
  if (!grant.endsWith('*')) return false;
  const before = grant.replaceAll('*', '').at(-1);
  return before === undefined || ':/.'.includes(before);
}
