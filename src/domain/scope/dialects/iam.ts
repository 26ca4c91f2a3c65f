import { allCover, type Dialect } from '../cover.ts';
import { globCovers, isHardGlob } from '../glob.ts';

/**
 * AWS IAM: `service:Action`, or `service:Action@resource`; without a resource it is for all of them. Actions in any
 * case, resources as they stand, `*` and `?` in both. Deny, Condition, boundaries and session policies are not in a
 * grant, so what is listed is the most that is held.
 */
export const iam: Dialect = {
  key: 'iam',
  structural: true,
  upperBound: true,

  canonical(grant) {
    const { action, resource } = partsOf(grant);
    return resource === '*' ? action.toLowerCase() : `${action.toLowerCase()}@${resource}`;
  },

  covers(parent, child) {
    const [held, asked] = [partsOf(parent), partsOf(child)];
    return allCover([globCovers(held.action, asked.action), globCovers(held.resource, asked.resource)]);
  },

  isHard(parent, child) {
    const [held, asked] = [partsOf(parent), partsOf(child)];
    return isHardGlob(held.action, asked.action) || isHardGlob(held.resource, asked.resource);
  },
};

function partsOf(grant: string): { readonly action: string; readonly resource: string } {
  const at = grant.indexOf('@');
  return at < 0
    ? { action: grant, resource: '*' }
    : { action: grant.slice(0, at), resource: grant.slice(at + 1) };
}
