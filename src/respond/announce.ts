import { type Severity, severities, severityRank } from '../domain/finding.ts';
import { type Notice, noticeId } from '../domain/notice.ts';
import { matchesAny, matchesPattern } from '../domain/policy.ts';
import type { OutboxEntry } from '../domain/response.ts';
import { keyOf } from './rows.ts';
import type { Subscription } from './types.ts';

/** One notice for one endpoint. */
export interface Announcement {
  readonly notice: Notice;
  readonly endpoint: Subscription;
  readonly id: string;
}

/** Who is to be told of what, before anything is known of earlier deliveries. What merged is for `adopt` to tell. */
export function addressees(notices: readonly Notice[], endpoints: readonly Subscription[]): Announcement[] {
  const spoken = notices.filter((notice) => wordOf(notice) !== 'merged');
  return spoken.flatMap((notice) =>
    endpoints
      .filter(
        (endpoint) => !endpoint.disabled && listensTo(endpoint, notice.type) && concerns(endpoint, notice),
      )
      .map((endpoint) => ({ notice, endpoint, id: noticeId(notice, endpoint.name) })),
  );
}

type Word = 'raised' | 'escalated' | 'withdrawn' | 'merged';

export function wordOf({ type }: Notice): Word {
  return type.slice(type.indexOf('.') + 1) as Word;
}

/** The same notice with another word, of the same kind. */
export function asWord(notice: Notice, word: Word): Notice {
  const kind = notice.type.slice(0, notice.type.indexOf('.'));
  return { ...notice, type: `${kind}.${word}` } as Notice;
}

/** Ids of earlier messages that decide what an announcement becomes, its own included. */
export function relatedIds({ notice, endpoint }: Announcement): string[] {
  const { epoch } = notice;
  const related: Notice[] =
    wordOf(notice) === 'raised'
      ? [notice, asWord(notice, 'withdrawn'), asEscalation(notice)]
      : [...inEpoch(notice, epoch), { ...asWord(notice, 'raised'), epoch: epoch + 1 }];
  return related.map((other) => noticeId(other, endpoint.name));
}

/**
 * The same announcement in the next epoch, when its own is over. A replay may count fewer epochs than there were:
 * what was raised and withdrawn within one of its batches made two messages when the batches were smaller.
 */
export function inNextEpoch(
  { notice, endpoint }: Announcement,
  known: ReadonlyMap<string, OutboxEntry>,
): Announcement | undefined {
  const said = (other: Notice) =>
    known.has(keyOf({ tenant: other.about.tenant, id: noticeId(other, endpoint.name) }));
  const epoch = notice.epoch + 1;
  if (!said(asWord(notice, 'withdrawn'))) return undefined;
  if (wordOf(notice) !== 'raised' && !said({ ...asWord(notice, 'raised'), epoch })) return undefined;
  const moved = { ...notice, epoch };
  return { notice: moved, endpoint, id: noticeId(moved, endpoint.name) };
}

/** Everything that may have been said of an alert or incident in one epoch. */
function inEpoch(notice: Notice, epoch: number): Notice[] {
  const of = { ...notice, epoch };
  return [
    asWord(of, 'raised'),
    asWord(of, 'withdrawn'),
    ...severities.map((severity) => asEscalation(of, severity)),
  ];
}

/**
 * What is still to be said. A message that was made before is not made again; an end goes only to those who heard of
 * the beginning. A replay sees in one batch what came in two: an alert that was announced as `high` and is raised as
 * `critical` now has escalated.
 */
export function stillToSay(
  announcement: Announcement,
  known: ReadonlyMap<string, OutboxEntry>,
): Announcement | undefined {
  const { notice, endpoint } = announcement;
  const { tenant } = notice.about;
  const said = (other: Notice): OutboxEntry | undefined =>
    known.get(keyOf({ tenant, id: noticeId(other, endpoint.name) }));
  const earlier = said(notice);
  const word = wordOf(notice);
  if (word === 'withdrawn' || word === 'merged') {
    const heard = inEpoch(notice, notice.epoch).some(
      (related) => wordOf(related) !== 'withdrawn' && said(related) !== undefined,
    );
    return earlier === undefined && heard ? announcement : undefined;
  }
  if (word === 'escalated') {
    const raised = said(asWord(notice, 'raised'));
    const isKnown = raised !== undefined && !isHigher(notice, raised);
    return earlier === undefined && !isKnown ? announcement : undefined;
  }
  if (earlier === undefined) return announcement;
  if (!isHigher(notice, earlier)) return undefined;
  const escalation = asEscalation(notice);
  if (said(escalation) !== undefined || !listensTo(endpoint, escalation.type)) return undefined;
  return { notice: escalation, endpoint, id: noticeId(escalation, endpoint.name) };
}

function isHigher({ about }: Notice, than: OutboxEntry): boolean {
  return severityRank(about.severity) > severityRank(severityOf(than));
}

export function listensTo(endpoint: Subscription, type: string): boolean {
  return endpoint.events.some((pattern) => matchesPattern(pattern, type));
}

/** Who was told of something is told of its end, whatever severity it has by then. */
function concerns(endpoint: Subscription, notice: Notice): boolean {
  if (wordOf(notice) === 'withdrawn') return true;
  const { about } = notice;
  const found = 'detectors' in about ? about.detectors : [about.detector];
  return (
    severityRank(about.severity) >= severityRank(endpoint.minSeverity) &&
    found.some((detector) => matchesAny(endpoint.detectors, detector)) &&
    matchesAny(endpoint.tenants, about.tenant) &&
    matchesAny(endpoint.owners, about.owner ?? '')
  );
}

function asEscalation(notice: Notice, severity: Severity = notice.about.severity): Notice {
  const escalated = asWord(notice, 'escalated');
  return { ...escalated, about: { ...escalated.about, severity } } as Notice;
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
