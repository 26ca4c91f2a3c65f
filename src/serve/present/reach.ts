import * as z from 'zod';
import { type Descendant, lifeOf } from '../../domain/blast-radius.ts';
import type { Approval, Touched } from '../../domain/hunting.ts';
import type { Origin } from '../../domain/provenance.ts';
import type { LineageToken } from '../../domain/reach.ts';
import { HopShape, presentHop } from './chain.ts';
import {
  Instant,
  instant,
  PrincipalSummary,
  presentPrincipal,
  presentToken,
  presentTokenKey,
  TokenSummary,
} from './common.ts';

const level = z.int().min(1).max(6);

export const TouchedShape = z
  .object({
    system: z.string(),
    resource: z.string().optional(),
    reads: z.int(),
    writes: z.int().describe('Writes, deletions and changes of settings or rights'),
    others: z.int().describe('Neither, as far as anybody said'),
    denied: z.int().describe('Of all of these'),
    failed: z.int().describe('Of all of these'),
    firstAt: Instant,
    lastAt: Instant,
  })
  .meta({ id: 'Touched', description: 'What was done to one resource, in counts' });

export function presentTouched({
  resource,
  firstMs,
  lastMs,
  ...counts
}: Touched): z.infer<typeof TouchedShape> {
  return {
    ...counts,
    ...(resource === '' ? {} : { resource }),
    ...{ firstAt: instant(firstMs), lastAt: instant(lastMs) },
  };
}

const lives = ['alive', 'ended', 'revoked', 'unknown'] as const;

export const ReachedTokenShape = z
  .object({
    token: TokenSummary,
    label: z.string(),
    tokenKind: z.string().optional(),
    chainId: z.string(),
    holder: PrincipalSummary.optional(),
    subject: PrincipalSummary.optional(),
    environment: z.string().optional(),
    standing: z.boolean().describe('A static key, or a token that lives longer than a day'),
    life: z.enum(lives).describe('unknown: nobody said when it ends'),
    issuedAt: Instant.optional(),
    expiresAt: Instant.nullish().describe('null: never; absent: unknown'),
    revokedAt: Instant.optional(),
    lastUsedAt: Instant.optional(),
  })
  .meta({ id: 'ReachedToken', description: 'A token, as far as its end is concerned' });

export function presentReached(token: LineageToken, nowMs: number): z.infer<typeof ReachedTokenShape> {
  const { label, tokenKind, chainId, environment, standing } = token;
  return {
    ...{ token: presentToken(token.ref), label, tokenKind, chainId, environment, standing },
    holder: presentPrincipal(token.holder),
    subject: presentPrincipal(token.subject),
    life: lifeOf(token, nowMs),
    issuedAt: instant(token.issuedMs),
    expiresAt: instant(token.expiresMs),
    revokedAt: instant(token.revokedMs),
    lastUsedAt: instant(token.lastUsedMs),
  };
}

export const DescendantShape = ReachedTokenShape.extend({
  parent: z.string().describe('`ref` of the token over which it was reached'),
  by: z.enum(['parent', 'family']).describe('family: it ends with what it was refreshed from'),
  depth: z.int().describe('Hand-overs below the token that was asked about'),
  level: level.describe('Weakest link between the two'),
}).meta({ id: 'Descendant', description: 'A token that works because of another one' });

export function presentDescendant(
  { token, parentKey, by, depth, level: weakest }: Descendant,
  nowMs: number,
): z.infer<typeof DescendantShape> {
  const parent = presentTokenKey(parentKey).ref;
  return { ...presentReached(token, nowMs), parent, by, depth, level: weakest };
}

export const OriginShape = z
  .object({
    hop: HopShape,
    level: level.optional().describe('How far the link from the hop before is trusted'),
  })
  .meta({
    id: 'Origin',
    description: 'One hand-over on the way up, nearest first; the first is the hop itself',
  });

export function presentOrigin({ hop, level: link }: Origin): z.infer<typeof OriginShape> {
  return { hop: presentHop(hop), level: link };
}

export const ApprovalShape = z
  .object({
    id: z.string(),
    at: Instant,
    verb: z.enum(['requested', 'granted', 'denied', 'expired', 'withdrawn']),
    approver: PrincipalSummary.optional(),
    requester: PrincipalSummary.optional(),
    until: Instant.optional().describe('How long it is good'),
    maxUses: z.int().optional(),
    txn: z.string().optional(),
  })
  .meta({ id: 'Approval', description: 'What was said about an approval under a transaction of the chain' });

export function presentApproval(approval: Approval): z.infer<typeof ApprovalShape> {
  const { id, verb, maxUses, txn } = approval;
  return {
    ...{ id, at: instant(approval.atMs), verb, maxUses, txn },
    approver: presentPrincipal(approval.approver),
    requester: presentPrincipal(approval.requester),
    until: instant(approval.untilMs),
  };
}
