import type { TokenView } from '../../src/domain/chain.ts';
import type { Finding, Subject } from '../../src/domain/finding.ts';
import type { Policy } from '../../src/domain/policy.ts';
import type { ScopeAlgebra } from '../../src/domain/scope/index.ts';
import { refLabel } from '../../src/domain/token.ts';
import { clocksOf, eventIds, sample } from '../evidence.ts';

/**
 * A delegated token of which nobody can say whether it narrows. Unknown is not unlimited, and not attenuated either.
 * One finding for each issuer and audience: that is who can say, and where it has to be declared.
 */
export function unverifiable(token: TokenView, policy: Policy, algebra: ScopeAlgebra): Finding | undefined {
  const { parent, issuer, scope } = token;
  // What no issuer reported is missing altogether, and that is another finding.
  if (parent === undefined || issuer === undefined || !token.issued) return undefined;
  const child = algebra.authorityOf(token);
  const grants = scope === undefined ? [] : unclear(algebra, parent, child);
  if (scope !== undefined && grants.length === 0) return undefined;
  return {
    subject: issuerFor(issuer, token.aud),
    fact: 'unverifiable-scope',
    kind: 'signal',
    severity: 'low',
    title:
      scope === undefined
        ? `${issuer} does not say what the tokens hold that it derives from others`
        : `Nobody can say whether ${grants.slice(0, 3).join(', ')} of ${issuer} narrows what it was derived from`,
    atMs: token.iatMs ?? token.firstSeenMs,
    evidence: {
      issuer,
      audience: [...(token.aud ?? [])].sort(),
      unclear: sample(grants),
      unclearCount: grants.length,
      token: refLabel(token.ref),
    },
    eventIds: eventIds(token.eventIds),
    // The report that says what it holds may still come.
    ...(scope === undefined ? { settlesAtMs: token.firstSeenMs + clocksOf(policy).latenessMs } : {}),
  };
}

function unclear(
  algebra: ScopeAlgebra,
  parent: TokenView,
  child: ReturnType<ScopeAlgebra['authorityOf']>,
): readonly string[] {
  const above = algebra.authorityOf(parent);
  // Two namespaces without a mapping between them: nothing was claimed that could be verified. And a parent that
  // nobody knows is not the child's doing.
  if (parent.scope === undefined || !algebra.isSameSpace(above, child)) return child.open;
  const { unknown, incomparable } = algebra.compare(above, child);
  return [...new Set([...unknown, ...incomparable])].sort();
}

function issuerFor(issuer: string, aud: readonly string[] | undefined): Subject {
  const audience = [...(aud ?? [])].sort();
  return {
    kind: 'source',
    key: JSON.stringify([issuer, ...audience]),
    label: audience.length === 0 ? issuer : `${issuer} for ${audience.slice(0, 3).join(', ')}`,
  };
}
