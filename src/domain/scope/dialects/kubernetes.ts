import type { Dialect } from '../cover.ts';

/** What one rule lets somebody do. Absent: all of them. */
interface Tuple {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly name: string | undefined;
  readonly namespace: string | undefined;
}

const form =
  /^(?<verb>[^:@#/]+):(?<group>[^:@#/]*)\/(?<resource>[^:@#]+?)(?:#(?<name>[^@#]+))?(?:@(?<namespace>[^@#]+))?$/;

/**
 * Kubernetes RBAC, one tuple a grant: `verb:group/resource[/subresource][#name][@namespace]`. `*` stands for all, and
 * so does a name or namespace that is not there. URLs that are no resources are not modelled.
 */
export const kubernetes: Dialect = {
  key: 'kubernetes',
  structural: true,
  upperBound: false,
  canonical: (grant) => grant,

  isHard: () => false,

  covers(parent, child) {
    if (parent === child) return 'yes';
    const [held, asked] = [tupleOf(parent), tupleOf(child)];
    if (held === undefined || asked === undefined) return 'unknown';
    const isCovered =
      isWithin(held.verb, asked.verb) &&
      isWithin(held.group, asked.group) &&
      coversResource(held.resource, asked.resource) &&
      isWithin(held.name, asked.name) &&
      isWithin(held.namespace, asked.namespace);
    return isCovered ? 'yes' : 'no';
  },
};

function tupleOf(grant: string): Tuple | undefined {
  const groups = form.exec(grant)?.groups;
  if (groups === undefined) return undefined;
  const { verb = '', group = '', resource = '', name, namespace } = groups;
  return { verb, group, resource, name: unlessAll(name), namespace: unlessAll(namespace) };
}

function unlessAll(value: string | undefined): string | undefined {
  return value === '*' ? undefined : value;
}

function isWithin(held: string | undefined, asked: string | undefined): boolean {
  return held === undefined || held === '*' || held === asked;
}

/** `*` is every resource with what is below it, `pods/*` what is below pods, `*` and `/scale` the scale of all. */
function coversResource(held: string, asked: string): boolean {
  if (held === '*' || held === asked) return true;
  const [resource, subresource] = split(held);
  const [ofResource, ofSubresource] = split(asked);
  if (subresource === undefined || ofSubresource === undefined) return false;
  return isWithin(resource, ofResource) && isWithin(subresource, ofSubresource);
}

function split(resource: string): readonly [string, string | undefined] {
  const slash = resource.indexOf('/');
  return slash < 0 ? [resource, undefined] : [resource.slice(0, slash), resource.slice(slash + 1)];
}
