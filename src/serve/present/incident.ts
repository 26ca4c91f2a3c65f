import * as z from 'zod';
import { severities } from '../../domain/finding.ts';
import {
  handlingStates,
  type Incident,
  type IncidentHandling,
  incidentStates,
} from '../../domain/incident.ts';
import { subjectKinds } from './alert.ts';
import { Instant, instant, presentToken, TokenSummary } from './common.ts';

const Subject = z.object({ kind: z.enum(subjectKinds), key: z.string(), label: z.string() });

export const IncidentShape = z
  .object({
    id: z.string(),
    state: z.enum(incidentStates).describe('open while an alert of its pages'),
    mergedInto: z
      .string()
      .optional()
      .describe('Set when the state is `merged`: the incident that carries on'),
    severity: z.enum(severities).describe('The highest of its alerts'),
    title: z.string().describe('What caused it, in one sentence'),
    detector: z.string().describe('Of the cause that weighs most'),
    subject: Subject,
    detectors: z.array(z.string()),
    alertCount: z.int(),
    alerts: z
      .array(
        z.object({
          id: z.string(),
          role: z.enum(['cause', 'consequence']).describe('A cause is about the subject where it broke'),
          detector: z.string(),
          severity: z.enum(severities),
          title: z.string(),
          subject: Subject,
          facts: z.array(z.string()),
        }),
      )
      .describe('The first of them, causes first; all are /v1/alerts?incident={id}'),
    chainId: z.string().optional(),
    txn: z.string().optional(),
    initiator: z.string().optional(),
    approver: z.string().optional(),
    owner: z.string().optional(),
    actor: z.string().optional(),
    target: z.string().optional(),
    environment: z.string().optional(),
    outcome: z.string().optional(),
    writesSince: z.int(),
    liveUntil: Instant.nullish().describe('When the authority ends by itself; null: never; absent: unknown'),
    weakestLink: z.int().min(1).max(6).optional(),
    revocable: z.boolean(),
    revoke: TokenSummary.optional().describe('The credential whose revocation would end its cause'),
    firstAt: Instant,
    lastAt: Instant,
    nextStep: z.string(),
    runbook: z.string(),
    handling: z
      .object({
        state: z.enum(handlingStates).describe('closed once all of its alerts that page are'),
        assignees: z.array(z.string()),
      })
      .optional()
      .describe('What people did about it; absent while none of its alerts pages'),
  })
  .meta({ id: 'Incident', description: 'Alerts with one root cause: what people are paged for' });

export function presentIncident(
  incident: Incident,
  handling: IncidentHandling | undefined,
): z.infer<typeof IncidentShape> {
  const { firstAtMs, lastAtMs, liveUntilMs, tenant: _, version: __, cause: ___, ...same } = incident;
  return {
    ...same,
    subject: { ...incident.subject },
    detectors: [...incident.detectors],
    alerts: incident.alerts.map((alert) => ({
      ...alert,
      subject: { ...alert.subject },
      facts: [...alert.facts],
    })),
    revoke: presentToken(incident.revoke),
    firstAt: instant(firstAtMs),
    lastAt: instant(lastAtMs),
    liveUntil: instant(liveUntilMs),
    ...(handling === undefined
      ? {}
      : { handling: { state: handling.state, assignees: [...handling.assignees] } }),
  };
}
