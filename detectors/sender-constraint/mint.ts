import * as z from 'zod';
import type { TokenView } from '../../src/domain/chain.ts';
import type { Finding } from '../../src/domain/finding.ts';
import { matchesAny } from '../../src/domain/policy.ts';
import { refLabel } from '../../src/domain/token.ts';
import { eventIds, holderOf, tokenSubject } from '../evidence.ts';
import { isBound } from './keys.ts';

export const SenderConfig = z.strictObject({
  /** Kinds that nobody presents as proof of authority, or only where the caller is known otherwise. */
  bearerKinds: z
    .array(z.string().min(1).max(512))
    .max(64)
    .default(['*txn_token*', '*txn-token*', '*id_token*', '*id-token*']),
});
export type SenderConfig = z.infer<typeof SenderConfig>;

/** A bearer token made from one that was bound to a key (V27): what was of no use to a thief is now. */
export function judgeMint(token: TokenView, config: SenderConfig): readonly Finding[] {
  const { parent, tokenKind } = token;
  if (parent === undefined || !isBound(parent.cnf) || isBound(token.cnf)) return [];
  // A refresh does not repeat what it leaves as it was: it has no kind either.
  if (!token.issued || tokenKind === undefined || matchesAny(config.bearerKinds, tokenKind)) return [];
  const isOwn = token.issuer !== undefined && token.issuer === parent.issuer;
  const linkLevel = token.parentLevel ?? 4;
  return [
    {
      subject: tokenSubject(token),
      fact: 'constraint-dropped',
      kind: 'signal',
      // Another issuer may not report keys at all.
      severity: isOwn ? 'medium' : 'low',
      title: `${holderOf(token)} got a token for any bearer from ${refLabel(parent.ref)}, which is bound to a key`,
      atMs: token.iatMs ?? token.firstSeenMs,
      evidence: {
        parent: refLabel(parent.ref),
        boundTo: parent.cnf?.jkt ?? parent.cnf?.x5t ?? null,
        tokenKind,
        grant: token.grant ?? null,
        linkLevel,
      },
      eventIds: eventIds(token.eventIds, parent.eventIds),
      revoke: token.ref,
      linkLevel,
    },
  ];
}
