import type { LineageToken } from '../../domain/reach.ts';
import { type Compromise, compromiseIn } from './compromise.ts';
import { above, type LineageGraph } from './graph.ts';
import { type Origin, siblingOrigins, sourceOrigin, subjectOrigins } from './origins.ts';
import { safeUnder } from './parties.ts';
import { type Reach, type ReachOptions, reachOf } from './reach.ts';
import type { CascadeInput } from './types.ts';

/** Where it begins, what it takes along, and what stands above it. */
export interface Fall {
  readonly origins: readonly Origin[];
  readonly over: readonly LineageToken[];
  readonly reach: Reach;
  readonly compromise: Compromise | undefined;
}

export function fallOf({ source, trigger, policy, options }: CascadeInput, graph: LineageGraph): Fall {
  const strict = options?.strict === true || policy.lifetimes.conjunctive;
  const isSafe = safeUnder(policy);
  if (source.kind === 'subject') {
    const origins = subjectOrigins(source, graph).filter(({ token }) => !isSafe(token));
    const reach = reachOf(graph, origins, { strict, isSafe, isAbove: () => false });
    return { origins, over: [], reach, compromise: undefined };
  }

  const first = sourceOrigin(source, graph);
  const over = above(graph, first.token);
  const overKeys = new Set(over.map(({ key }) => key));
  const how: ReachOptions = {
    strict,
    isSafe,
    isAbove: (token) => overKeys.has(token.key),
  };
  const alone = reachOf(graph, [first], how);
  const compromise = compromiseIn(trigger);
  const siblings =
    compromise === undefined
      ? []
      : siblingOrigins(first.token, compromise, {
          graph,
          isOut: (token) =>
            token.key === first.token.key ||
            alone.reached.has(token.key) ||
            overKeys.has(token.key) ||
            isSafe(token),
        });
  const origins = [first, ...siblings];
  const doubtful = new Set(siblings.flatMap(({ token, holds }) => (holds.length > 0 ? [token.key] : [])));
  const reach = siblings.length === 0 ? alone : reachOf(graph, origins, { ...how, doubtful });
  return { origins, over, reach, compromise };
}
