import type { Finding } from '../../src/domain/finding.ts';
import { principalLabel } from '../../src/domain/principal.ts';
import { refKey, refLabel } from '../../src/domain/token.ts';
import { sameParty, spellAlike } from '../parties.ts';
import { finding, type Hop } from './hop.ts';

/** Whoever acts, the subject stays the one who delegated (R06, V32). */
export function swappedSubject(hop: Hop): Finding | undefined {
  const { token, parent, people } = hop;
  const [is, was] = [token.subject, parent.subject];
  if (is === undefined || was === undefined || sameParty(people, is, was) || !areOfOneIssuer(hop))
    return undefined;
  const swapped = finding(hop, {
    fact: 'subject-swapped',
    title: `${refLabel(token.ref)} speaks for ${principalLabel(is)}, its parent for ${principalLabel(was)}`,
    evidence: { subject: is.id, parentSubject: was.id, parent: refLabel(parent.ref) },
    rests: 'on names',
  });
  // Of several parents another one may have given the subject.
  return hasOtherSubjectToken(hop) ? { ...swapped, kind: 'signal', severity: 'medium' } : swapped;
}

/** Names compare within one issuer: that of the names, where they have any, else that of the tokens. */
function areOfOneIssuer({ token, parent, policy }: Hop): boolean {
  const [is, was] = [token.subject?.iss, parent.subject?.iss];
  if (is !== undefined && was !== undefined) return is === was;
  return spellAlike(is ?? token.issuer, was ?? parent.issuer, policy);
}

function hasOtherSubjectToken({ token: { otherParents, actorToken } }: Hop): boolean {
  const actorKey = actorToken === undefined ? undefined : refKey(actorToken);
  return otherParents.some(({ key }) => key !== actorKey);
}
