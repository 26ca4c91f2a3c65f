import * as z from 'zod';
import type { Action, Chain, Hop } from '../../domain/chain.ts';
import { effects } from '../../domain/event/index.ts';
import {
  Instant,
  instant,
  PrincipalSummary,
  presentPrincipal,
  presentToken,
  presentTokenKey,
  TokenSummary,
} from './common.ts';

export const ChainShape = z
  .object({
    id: z.string(),
    state: z.enum(['open', 'closed', 'merged']),
    verdict: z
      .enum(['root', 'gap', 'late', 'unissued'])
      .describe('What the topmost credential turned out to be'),
    completeness: z
      .object({ request: z.boolean(), authority: z.boolean(), context: z.boolean(), impact: z.boolean() })
      .describe('Which links of the chain were reported'),
    initiator: PrincipalSummary.optional(),
    txns: z.array(z.string()),
    principals: z.array(PrincipalSummary),
    targets: z.array(z.string()),
    tools: z.array(z.string()),
    tokens: z.array(TokenSummary),
    rootKey: z.string(),
    startedAt: Instant,
    lastEventAt: Instant,
    hopCount: z.int(),
    actionCount: z.int(),
    eventCount: z.int(),
    depth: z.int(),
    incomplete: z.literal('limit').optional().describe('A bound was hit; the chain is no longer whole'),
    version: z.int().describe('Position in the log of the last change'),
  })
  .meta({ id: 'Chain', description: 'Everything that one request, transaction or task set in motion' });

export function presentChain(chain: Chain): z.infer<typeof ChainShape> {
  const { id, state, verdict, rootKey, hopCount, actionCount, eventCount, depth, incomplete, version } =
    chain;
  return {
    id,
    state,
    verdict,
    completeness: { ...chain.completeness },
    initiator: presentPrincipal(chain.initiator),
    txns: [...chain.txns],
    principals: chain.principals.flatMap((principal) => presentPrincipal(principal) ?? []),
    targets: [...chain.targets],
    tools: [...chain.tools],
    tokens: chain.tokenKeys.map(presentTokenKey),
    rootKey,
    startedAt: instant(chain.startedMs),
    lastEventAt: instant(chain.lastEventMs),
    hopCount,
    actionCount,
    eventCount,
    depth,
    incomplete,
    version,
  };
}

const LinkLevel = z
  .int()
  .min(1)
  .max(6)
  .describe('1 issuer, 2 platform, 3 cryptographic, 4 asserted, 5 correlation, 6 heuristic');

export const HopShape = z
  .object({
    key: z.string(),
    parentKey: z.string().optional(),
    kind: z.enum(['request', 'token', 'invocation', 'session', 'call']),
    level: LinkLevel.optional().describe('How far the link to the parent is trusted'),
    depth: z.int(),
    from: PrincipalSummary.optional(),
    to: PrincipalSummary.optional(),
    label: z.string(),
    token: TokenSummary.optional(),
    tokenKind: z.string().optional(),
    grant: z.string().optional(),
    scope: z.array(z.string()).optional().describe('Absent: nobody has said, which is not "unlimited"'),
    addedScope: z.array(z.string()).describe('What it can do that its parent could not'),
    audience: z.array(z.string()),
    issuedAt: Instant.optional(),
    expiresAt: Instant.nullish().describe('null: never; absent: unknown'),
    revokedAt: Instant.optional(),
    firstUsedAt: Instant.optional(),
    lastUsedAt: Instant.optional(),
    useCount: z.int(),
    alternatives: z.array(z.object({ key: z.string(), token: TokenSummary, level: LinkLevel })),
    ancestorKey: z.string().optional().describe('The standing credential above the chain'),
    late: z.boolean(),
  })
  .meta({ id: 'Hop', description: 'One hand-over of authority' });

export function presentHop(hop: Hop): z.infer<typeof HopShape> {
  const { key, parentKey, kind, level, depth, label, tokenKind, grant, useCount, ancestorKey, late } = hop;
  return {
    key,
    parentKey,
    kind,
    level,
    depth,
    from: presentPrincipal(hop.from),
    to: presentPrincipal(hop.to),
    label,
    token: presentToken(hop.token),
    tokenKind,
    grant,
    scope: hop.scope === undefined ? undefined : [...hop.scope],
    addedScope: [...hop.addedScope],
    audience: [...hop.audience],
    issuedAt: instant(hop.issuedMs),
    expiresAt: instant(hop.expiresMs),
    revokedAt: instant(hop.revokedMs),
    firstUsedAt: instant(hop.firstUsedMs),
    lastUsedAt: instant(hop.lastUsedMs),
    useCount,
    alternatives: hop.alternatives.map((link) => ({
      key: link.key,
      token: presentToken(link.ref),
      level: link.level,
    })),
    ancestorKey,
    late,
  };
}

export const CrossReferenceShape = z
  .object({
    chainId: z.string(),
    level: z.literal(5),
    by: z.enum(['traceparent', 'correlationid']).describe('The CloudEvents attribute that both bear'),
  })
  .meta({
    id: 'CrossReference',
    description: 'Another chain that is correlated with it; it informs, nothing joins by it',
  });

export const ActionShape = z
  .object({
    id: z.string(),
    hopKey: z.string(),
    kind: z.enum(['tool', 'api', 'change']),
    at: Instant,
    actor: PrincipalSummary.optional(),
    token: TokenSummary.optional(),
    otherTokens: z.array(TokenSummary).optional().describe('Tokens that other reports of the same call name'),
    tool: z.string().optional(),
    server: z.string().optional(),
    system: z.string().optional(),
    resource: z.string().optional(),
    action: z.string(),
    effect: z.enum(effects),
    outcome: z.enum(['accepted', 'denied', 'failed', 'unknown']),
    txn: z.string().optional(),
    eventIds: z.array(z.string()),
    late: z.boolean().optional().describe('Every report of it came behind the watermark'),
  })
  .meta({ id: 'Action', description: 'A tool call, API call or system change' });

export function presentAction(action: Action): z.infer<typeof ActionShape> {
  const { id, hopKey, kind, tool, server, system, resource, effect, outcome, txn } = action;
  return {
    id,
    hopKey,
    kind,
    at: instant(action.atMs),
    actor: presentPrincipal(action.actor),
    token: presentToken(action.token),
    otherTokens: action.otherTokens?.map((ref) => presentToken(ref)),
    tool,
    server,
    system,
    resource,
    action: action.action,
    effect,
    outcome,
    txn,
    eventIds: [...action.eventIds],
    late: action.late,
  };
}
