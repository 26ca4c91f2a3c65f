import { type Severity, severities, severityRank } from '../domain/finding.ts';
import { type Notice, noticeId } from '../domain/notice.ts';
import { matchesPattern } from '../domain/policy.ts';
import type { OutboxEntry } from '../domain/response.ts';
import { keyOf } from './rows.ts';
import type { Endpoint } from './types.ts';

/** One notice for one endpoint. */
export interface Announcement {
  readonly notice: Notice;
  readonly endpoint: Endpoint;
  readonly id: string;
}

/** Who is to be told of what, before anything is known of earlier deliveries. */
export function addressees(notices: readonly Notice[], endpoints: readonly Endpoint[]): Announcement[] {
  return notices.flatMap((notice) =>
    endpoints
      .filter(
        (endpoint) => !endpoint.disabled && listensTo(endpoint, notice.type) && concerns(endpoint, notice),
      )
      .map((endpoint) => ({ notice, endpoint, id: noticeId(notice, endpoint.name) })),
  );
}

/** Ids of earlier messages that decide what an announcement becomes, its own included. */
export function relatedIds({ notice, endpoint, id }: Announcement): string[] {
  if (notice.type === 'alert.raised') return [id, noticeId(asEscalation(notice), endpoint.name)];
  if (notice.type === 'alert.escalated') return [id];
  const raised: Notice = { ...notice, type: 'alert.raised' };
  return [
    id,
    noticeId(raised, endpoint.name),
    ...severities.map((severity) => noticeId(asEscalation(notice, severity), endpoint.name)),
  ];
}

/**
 * What is still to be said. A message that was made before is not made again; a withdrawal goes only to those who
 * heard of the alert. A replay sees in one batch what came in two: an alert that was announced as `high` and is
 * raised as `critical` now has escalated.
 */
export function stillToSay(
  announcement: Announcement,
  known: ReadonlyMap<string, OutboxEntry>,
): Announcement | undefined {
  const { notice, endpoint, id } = announcement;
  const { tenant } = notice.alert;
  const earlier = known.get(keyOf({ tenant, id }));
  if (notice.type === 'alert.withdrawn') {
    const heard = relatedIds(announcement).some(
      (related) => related !== id && known.has(keyOf({ tenant, id: related })),
    );
    return earlier === undefined && heard ? announcement : undefined;
  }
  if (earlier === undefined) return announcement;
  if (notice.type === 'alert.escalated') return undefined;
  if (severityRank(notice.alert.severity) <= severityRank(severityOf(earlier))) return undefined;
  const escalation = asEscalation(notice);
  const escalationId = noticeId(escalation, endpoint.name);
  if (known.has(keyOf({ tenant, id: escalationId })) || !listensTo(endpoint, escalation.type))
    return undefined;
  return { notice: escalation, endpoint, id: escalationId };
}

function listensTo(endpoint: Endpoint, type: string): boolean {
  return endpoint.events.some((pattern) => matchesPattern(pattern, type));
}

/** Who was told of an alert is told of its end, whatever severity it has by then. */
function concerns(endpoint: Endpoint, { type, alert }: Notice): boolean {
  return type === 'alert.withdrawn' || severityRank(alert.severity) >= severityRank(endpoint.minSeverity);
}

function asEscalation(notice: Notice, severity: Severity = notice.alert.severity): Notice {
  return { ...notice, type: 'alert.escalated', alert: { ...notice.alert, severity } };
}

/** Of the text that was sent. One that cannot be read is taken for the highest: silence rather than noise. */
function severityOf(entry: OutboxEntry): Severity {
  try {
    const body: unknown = JSON.parse(entry.body);
    const found = (body as { data?: { severity?: unknown } }).data?.severity;
    return severities.find((severity) => severity === found) ?? 'critical';
  } catch {
    return 'critical';
  }
}
