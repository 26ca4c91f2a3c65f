import * as z from 'zod';
import { severities } from './finding.ts';

const text = z.string().optional();

/** One of an incident's alerts, as a message tells it. */
const ToldAlert = z.looseObject({
  id: z.string(),
  detector: z.string(),
  severity: z.enum(severities),
  title: text,
  role: text,
});

/** What a message to people says: the members that anything of ours reads of it. What was cut off is absent. */
const NoticeMessage = z.object({
  type: z.string(),
  timestamp: z.string(),
  data: z.looseObject({
    incidentId: text,
    alertId: text,
    tenant: z.string(),
    /** How often it has been raised, from 1. Messages of earlier versions do not say. */
    epoch: z.int().min(1).default(1),
    severity: z.enum(severities),
    detector: z.string(),
    detectors: z.array(z.string()).optional(),
    basis: text,
    mergedInto: text,
    chainId: text,
    txn: text,
    runbook: text,
    title: text,
    subject: z.looseObject({ kind: z.string(), label: z.string() }).optional(),
    alertCount: z.int().optional(),
    alerts: z.array(ToldAlert).optional(),
    initiator: text,
    approver: text,
    owner: text,
    actor: text,
    target: text,
    environment: text,
    outcome: text,
    writesSince: z.number().optional(),
    /** ISO 8601; null: it never ends by itself; absent: unknown. */
    liveUntil: z.string().nullish(),
    weakestLink: z.number().optional(),
    revocable: z.boolean().optional(),
    revoke: z.looseObject({ iss: text, jti: text, hash: text }).optional(),
    nextStep: text,
    firstAt: text,
    lastAt: text,
    /** Who closed it and why: of `incident.closed` only. */
    closedBy: text,
    closedReason: text,
    truncated: z.boolean().optional(),
  }),
});
export type NoticeMessage = z.infer<typeof NoticeMessage>;

/** Reads what `noticeBody` wrote. Undefined for anything else. */
export function readMessage(body: string): NoticeMessage | undefined {
  try {
    return NoticeMessage.safeParse(JSON.parse(body)).data;
  } catch {
    return undefined;
  }
}

/** The word of its type: `raised` of `incident.raised`. */
export function messageWord({ type }: Pick<NoticeMessage, 'type'>): string {
  return type.slice(type.indexOf('.') + 1);
}

/** Its name for receivers: that of the incident, else of the alert. */
export function messageSubjectId({ data }: NoticeMessage): string {
  return data.incidentId ?? data.alertId ?? '';
}
