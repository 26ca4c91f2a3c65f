import * as z from 'zod';
import { type AuditEntry, type AuditHead, auditKinds } from '../../domain/audit.ts';
import type { Unwinding } from '../../domain/unwind.ts';
import { ActionShape, presentAction } from './chain.ts';
import { Instant, instant } from './common.ts';

const Digest = z.string().describe('SHA-256, hexadecimal');

/** As it was hashed: times stay numbers, so that whoever has the entry can check it. */
export const AuditEntryShape = z
  .object({
    tenant: z.string(),
    writer: z.string().describe('Who keeps the chain: one for each data folder'),
    seq: z.int().describe('Place in the chain, from 1, without gaps'),
    id: z.string(),
    kind: z.enum(auditKinds),
    atMs: z.int().describe('Milliseconds since the epoch'),
    actor: z.string(),
    subjectId: z.string().describe('What it happened to: a response, a plan, a detector, a message'),
    about: z.array(z.string()).describe('Ids of all else that it concerns'),
    body: z.record(z.string(), z.unknown()),
    prevHash: Digest,
    hash: Digest,
  })
  .meta({
    id: 'AuditEntry',
    description: 'What was decided or done; each holds the hash of the one before it',
  });

export function presentAuditEntry(entry: AuditEntry): z.infer<typeof AuditEntryShape> {
  return { ...entry, about: [...entry.about], body: { ...entry.body } };
}

export const AuditHeadShape = z.object({ writer: z.string(), seq: z.int(), hash: Digest, at: Instant }).meta({
  id: 'AuditHead',
  description: 'The end of a chain; kept elsewhere, it proves later that nothing is gone',
});

export function presentAuditHead({ writer, seq, hash, atMs }: AuditHead): z.infer<typeof AuditHeadShape> {
  return { writer, seq, hash, at: instant(atMs) };
}

export const UnwindingShape = z
  .object({
    breaks: z
      .array(
        z.object({
          hop: z.string().optional().describe('Absent: the whole chain'),
          label: z.string().optional(),
          since: Instant.optional(),
          alertId: z.string().optional(),
        }),
      )
      .describe('Where authority broke, earliest first'),
    writes: z.array(
      ActionShape.extend({
        effect: z.enum(['write', 'delete', 'admin']),
        alerts: z.array(z.string()).describe('Alerts that put it in doubt, the nearest hop first'),
      }),
    ),
    incomplete: z.literal('limit').optional().describe('Older actions were not looked at'),
  })
  .meta({ id: 'Unwinding', description: 'Writes below broken authority, newest first' });

export function presentUnwinding(
  { breaks, writes }: Unwinding,
  isCut: boolean,
): z.infer<typeof UnwindingShape> {
  return {
    breaks: breaks.map(({ hop, sinceMs, alertId }) => ({
      hop: hop?.key,
      label: hop?.label,
      since: instant(sinceMs),
      alertId,
    })),
    writes: writes.map(({ action, effect, alertIds }) => ({
      ...presentAction(action),
      effect,
      alerts: [...alertIds],
    })),
    incomplete: isCut ? 'limit' : undefined,
  };
}
