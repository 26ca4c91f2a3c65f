import type { ActionView, LinkLevel, TokenView } from '../../src/domain/chain.ts';
import { ancestorsOf } from '../../src/domain/lineage.ts';
import { matchesPattern, type Policy } from '../../src/domain/policy.ts';
import { refLabel } from '../../src/domain/token.ts';
import type { Breach } from './rules.ts';

/** A credential that was issued for one environment is used in another one. */
export function crossedEnvironments(
  action: ActionView,
  environment: string,
  policy: Policy,
): Breach | undefined {
  if (action.token === undefined) return undefined;
  const origin = boundTo(action.token);
  if (origin === undefined || origin.environment === environment) return undefined;
  const here = rowsFor(environment, policy);
  const there = rowsFor(origin.environment, policy);
  // Two names of one row are one environment: `prod` and `production`.
  if (here.some((row) => there.includes(row))) return undefined;
  return {
    fact: 'crossed-environments',
    says: `with a credential of ${origin.environment}`,
    evidence: {
      issuedFor: origin.environment,
      credential: refLabel(origin.token.ref),
      linkLevel: origin.level ?? null,
    },
    // Names that policy does not know may be two names of the same thing.
    isSignal: here.length === 0 || there.length === 0,
    because: origin.token.eventIds,
    ...(origin.level === undefined ? {} : { linkLevel: origin.level }),
  };
}

interface Origin {
  readonly token: TokenView;
  readonly environment: string;
  readonly level: LinkLevel | undefined;
}

/** The nearest in the lineage that was issued for an environment: an exchange that names none does not change it. */
function boundTo(token: TokenView): Origin | undefined {
  if (token.environment !== undefined) return { token, environment: token.environment, level: undefined };
  for (const ancestor of ancestorsOf(token)) {
    const { environment } = ancestor.token;
    if (environment !== undefined) return { token: ancestor.token, environment, level: ancestor.level };
  }
  return undefined;
}

/** Which rows name the environment; one for all of them tells none from another. */
function rowsFor(environment: string, policy: Policy): readonly number[] {
  return policy.environments.flatMap((row, index) =>
    row.environment !== '*' && matchesPattern(row.environment, environment) ? [index] : [],
  );
}
