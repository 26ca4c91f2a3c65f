import * as z from 'zod';
import { type AlertAction, type AlertWithLife, alertStates, alertVerbs } from '../../domain/alert.ts';
import { severities } from '../../domain/finding.ts';
import { Instant, instant, presentToken, TokenSummary } from './common.ts';

export const subjectKinds = ['token', 'principal', 'chain', 'source'] as const;

export const AlertShape = z
  .object({
    id: z.string(),
    state: z.enum(alertStates),
    mergedInto: z.string().optional().describe('Set when the state is `merged`: the alert that carries on'),
    kind: z.enum(['alert', 'signal']).describe('A signal does not page by itself'),
    severity: z.enum(severities),
    title: z.string().describe('What happened, in one sentence'),
    detector: z.string(),
    detectorVersion: z.int(),
    basis: z.enum(['deterministic', 'statistical']),
    subject: z.object({
      kind: z.enum(subjectKinds),
      key: z.string(),
      label: z.string(),
    }),
    hopKey: z.string().optional().describe('Key of the hop that it stands at: where authority broke'),
    facts: z.array(z.string()),
    exceptions: z
      .array(z.string())
      .optional()
      .describe('Exceptions of policy for whose sake it does not page'),
    incidentId: z.string().optional().describe('The incident that it is a part of, while it stands'),
    chainId: z.string().optional(),
    txn: z.string().optional(),
    settled: z.boolean().describe('False while late evidence may still clear it'),
    initiator: z.string().optional(),
    approver: z.string().optional(),
    owner: z.string().optional(),
    actor: z.string().optional(),
    target: z.string().optional(),
    environment: z.string().optional(),
    outcome: z.string().optional().describe('What the target answered: accepted, denied, failed, unknown'),
    writesSince: z.int().describe('Writes seen on the credential since the violation'),
    liveUntil: Instant.nullish().describe('When the authority ends by itself; null: never; absent: unknown'),
    weakestLink: z.int().min(1).max(6).optional().describe('Least trusted link the finding rests on'),
    revocable: z.boolean(),
    revoke: TokenSummary.optional().describe('The credential whose revocation would end it'),
    firstAt: Instant,
    lastAt: Instant,
    count: z.int(),
    evidence: z.record(z.string(), z.unknown()).describe('Per fact, what the detector saw'),
    eventIds: z.array(z.string()),
    nextStep: z.string(),
    runbook: z.string(),
    assignee: z.string().optional(),
    closedReason: z.string().optional(),
    stateChangedAt: Instant.optional(),
  })
  .meta({ id: 'Alert', description: 'Findings folded by detector and subject, with their life' });

export function presentAlert(alert: AlertWithLife): z.infer<typeof AlertShape> {
  const { firstAtMs, lastAtMs, liveUntilMs, stateChangedMs, ...rest } = alert;
  const { withdrawn: _, tenant: __, hop, above: ___, exceptions, ...same } = rest;
  return {
    ...same,
    subject: { ...alert.subject },
    hopKey: hop,
    facts: [...alert.facts],
    ...(exceptions === undefined ? {} : { exceptions: [...exceptions] }),
    eventIds: [...alert.eventIds],
    evidence: { ...alert.evidence },
    revoke: presentToken(alert.revoke),
    firstAt: instant(firstAtMs),
    lastAt: instant(lastAtMs),
    liveUntil: instant(liveUntilMs),
    stateChangedAt: instant(stateChangedMs),
    assignee: orAbsent(alert.assignee),
    closedReason: orAbsent(alert.closedReason),
  };
}

export const AlertActionShape = z
  .object({
    id: z.string(),
    at: Instant,
    by: z.string(),
    verb: z.enum(alertVerbs),
    state: z.enum(['open', 'acknowledged', 'closed']).describe('State after it'),
    assignee: z.string().optional(),
    reason: z.string().optional(),
    note: z.string().optional(),
  })
  .meta({ id: 'AlertAction', description: 'What a person did with an alert' });

export function presentAlertAction(action: AlertAction): z.infer<typeof AlertActionShape> {
  const { id, atMs, by, verb, state, assignee, reason, note } = action;
  return {
    id,
    at: instant(atMs),
    by,
    verb,
    state,
    assignee: orAbsent(assignee),
    reason: orAbsent(reason),
    note: orAbsent(note),
  };
}

/** Rows hold an empty string where nothing was said; the API leaves the member out. */
function orAbsent(text: string): string | undefined {
  return text === '' ? undefined : text;
}
