import type { ActionView } from '../../src/domain/chain.ts';
import type { Json } from '../../src/domain/finding.ts';
import type { AgentRule } from '../../src/domain/policy/agents.ts';
import { matchesAny } from '../../src/domain/policy.ts';
import { nameOf, numberOf } from '../deed.ts';
import { sample } from '../evidence.ts';

/** What a row does not allow of an action. */
export interface Breach {
  readonly fact: string;
  readonly says: string;
  readonly evidence: { readonly [key: string]: Json };
}

/** What nobody says of an action breaks no rule. */
export function breachesOf(action: ActionView, rule: AgentRule): readonly Breach[] {
  return [
    toolNotAllowed(action, rule),
    targetNotAllowed(action, rule),
    fieldNotAllowed(action, rule),
    repositoryNotAllowed(action, rule),
    limitExceeded(action, rule),
  ].filter((breach) => breach !== undefined);
}

/** What a system reports as changed is the impact of a call: the verb is the system's, not the agent's. */
function toolNotAllowed(action: ActionView, rule: AgentRule): Breach | undefined {
  const name = nameOf(action);
  if (rule.actions === undefined || action.kind === 'change' || name === undefined) return undefined;
  if (matchesAny(rule.actions, name)) return undefined;
  return {
    fact: 'tool-not-allowed',
    says: 'which is not among the actions of its task',
    evidence: { allowed: sample(rule.actions) },
  };
}

function targetNotAllowed({ target }: ActionView, { targets }: AgentRule): Breach | undefined {
  if (targets === undefined || target === undefined) return undefined;
  if (targets.some((glob) => reaches(glob, target.system, target.resource))) return undefined;
  const place = target.resource === undefined ? target.system : `${target.system}/${target.resource}`;
  return {
    fact: 'target-not-allowed',
    says: `on ${place}, which is no target of its task`,
    evidence: { allowed: sample(targets) },
  };
}

function reaches(glob: string, system: string, resource: string | undefined): boolean {
  if (matchesAny([glob], system)) return true;
  // Which resource it was is not known: some of the system's are allowed.
  if (resource === undefined) return matchesAny([glob.split('/', 1).join()], system);
  // A path that climbs leads elsewhere than a pattern over its text can tell.
  const climbs = glob.includes('*') && resource.split('/').includes('..');
  return !climbs && matchesAny([glob], `${system}/${resource}`);
}

function fieldNotAllowed(action: ActionView, rule: AgentRule): Breach | undefined {
  const allowed = rule.fields;
  if (allowed === undefined) return undefined;
  const fields = (action.details.fields ?? []).filter((field) => !matchesAny(allowed, field));
  if (fields.length === 0) return undefined;
  return {
    fact: 'field-not-allowed',
    says: `touching ${fields.slice(0, 3).join(', ')}, which its task does not include`,
    evidence: { allowed: sample(allowed), fields: sample(fields) },
  };
}

function repositoryNotAllowed(action: ActionView, rule: AgentRule): Breach | undefined {
  const { repository } = action.details;
  if (rule.repositories === undefined || repository === undefined) return undefined;
  if (matchesAny(rule.repositories, repository)) return undefined;
  return {
    fact: 'repository-not-allowed',
    says: `in ${repository}, which is no repository of its task`,
    evidence: { allowed: sample(rule.repositories), repository },
  };
}

/** The first limit, of amount, rows and bytes, that the action is above. A refund is as large as what it pays back. */
function limitExceeded(action: ActionView, rule: AgentRule): Breach | undefined {
  for (const limit of ['amount', 'rows', 'bytes'] as const) {
    const ceiling = rule.limits?.[limit];
    const stated = numberOf(action.details[limit]);
    if (ceiling === undefined || stated === undefined || Math.abs(stated) <= ceiling) continue;
    const currency = limit === 'amount' ? (action.details.currency ?? null) : null;
    return {
      fact: 'limit-exceeded',
      says: `with ${limit} ${stated}, above the ${ceiling} of its task`,
      evidence: { limit, observed: stated, ceiling, currency },
    };
  }
  return undefined;
}
