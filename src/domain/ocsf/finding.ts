import { messageSubjectId, messageWord, type NoticeMessage } from '../message.ts';
import { type OcsfVersion, ocsfClass, ocsfMetadata, ocsfSeverity } from './base.ts';

export interface FindingContext {
  readonly version: OcsfVersion;
  readonly productVersion: string;
  /** Id of the message, and when it was made. */
  readonly uid: string;
  readonly madeMs: number;
  /** Where people read it. */
  readonly link: string | undefined;
}

const activities = {
  create: { id: 1, name: 'Create' },
  update: { id: 2, name: 'Update' },
  close: { id: 3, name: 'Close' },
} as const;
const states = {
  new: { status_id: 1, status: 'New' },
  suppressed: { status_id: 3, status: 'Suppressed' },
  resolved: { status_id: 4, status: 'Resolved' },
} as const;

/** What each message means for the life of the finding that it is about. */
const meanings = {
  raised: { activity: activities.create, state: states.new },
  escalated: { activity: activities.update, state: states.new },
  withdrawn: { activity: activities.close, state: states.suppressed },
  merged: { activity: activities.close, state: states.resolved },
  closed: { activity: activities.close, state: states.resolved },
} as const;

/**
 * A message as OCSF Detection Finding (class 2004). `time` is when the message was made, the same on every attempt;
 * when it happened is `start_time` and `end_time`. The chain has no place in the schema and stands in `unmapped`.
 */
export function detectionFinding(message: NoticeMessage, context: FindingContext): object {
  const { data, type } = message;
  const { version, productVersion, uid, madeMs, link } = context;
  const word = messageWord(message);
  const { activity, state } = meanings[isKnown(word) ? word : 'escalated'];
  const [firstMs, lastMs] = [instant(data.firstAt), instant(data.lastAt)];
  return {
    ...ocsfClass({
      category: { uid: 2, name: 'Findings' },
      class: { uid: 2004, name: 'Detection Finding' },
      activity,
    }),
    ...ocsfSeverity(data.severity),
    ...state,
    status_detail: statusDetail(message),
    time: madeMs,
    start_time: firstMs,
    end_time: lastMs,
    is_alert: activity.id !== activities.close.id,
    message: data.title,
    ...confidenceOf(data.basis),
    metadata: ocsfMetadata({
      version,
      productVersion,
      tenant: data.tenant,
      uid,
      eventCode: type,
      loggedMs: madeMs,
      correlationUid: data.txn ?? data.chainId,
      truncated: data.truncated,
    }),
    finding_info: {
      uid: messageSubjectId(message),
      title: data.title ?? `${data.detector} found something`,
      analytic: analytic(data.detector, data.basis),
      related_analytics: some(
        (data.detectors ?? []).filter((id) => id !== data.detector).map((id) => analytic(id, undefined)),
      ),
      related_events: some((data.alerts ?? []).map(relatedEvent)),
      related_events_count: data.alertCount,
      first_seen_time: firstMs,
      last_seen_time: lastMs,
      modified_time: madeMs,
      src_url: link,
    },
    evidences: some(evidences(message)),
    resources: data.target === undefined ? undefined : [{ uid: data.target, role_id: 1, role: 'Target' }],
    observables: some(observables(message)),
    remediation: data.nextStep === undefined ? undefined : remediation(data.nextStep, data.runbook),
    ...remarks(message, version, madeMs),
    unmapped: unmapped(message),
  };
}

function isKnown(word: string): word is keyof typeof meanings {
  return Object.hasOwn(meanings, word);
}

function statusDetail(message: NoticeMessage): string | undefined {
  const { mergedInto } = message.data;
  switch (messageWord(message)) {
    case 'withdrawn':
      return 'withdrawn: what was missing has been found';
    case 'merged':
      return mergedInto === undefined ? 'merged' : `merged into ${mergedInto}`;
    case 'closed':
      return 'closed by people';
    default:
      return undefined;
  }
}

/** Why people closed it: a comment until 1.8, which 1.9 deprecates in favour of notes. */
function remarks({ data }: NoticeMessage, version: OcsfVersion, madeMs: number): object {
  const { closedReason, closedBy } = data;
  if (closedReason === undefined) return {};
  if (version === '1.8.0') return { comment: closedReason };
  const owner = closedBy === undefined ? undefined : { name: closedBy };
  return { notes: [{ comment: closedReason, created_time: madeMs, modified_time: madeMs, owner }] };
}

function confidenceOf(basis: string | undefined): object {
  if (basis === undefined) return {};
  return basis === 'statistical'
    ? { confidence_id: 2, confidence: 'Medium' }
    : { confidence_id: 3, confidence: 'High' };
}

function analytic(id: string, basis: string | undefined): object {
  return basis === 'statistical'
    ? { uid: id, name: id, type_id: 3, type: 'Statistical' }
    : { uid: id, name: id, type_id: 1, type: 'Rule' };
}

function relatedEvent({ id, title, severity }: NonNullable<NoticeMessage['data']['alerts']>[number]): object {
  return { uid: id, title, type: 'alert', ...ocsfSeverity(severity) };
}

/** Who did it. Whether the actor is an AI agent is not said of it, so none is named as `ai_agent`. */
function evidences({ data }: NoticeMessage): object[] {
  const { actor, initiator } = data;
  if (actor === undefined && initiator === undefined) return [];
  const user = actor === undefined ? undefined : { uid: actor, name: actor };
  return [{ uid: data.chainId, actor: { user, invoked_by: initiator } }];
}

/** 31: User Object: uid; 10: Resource UID. */
function observables({ data: { actor, target } }: NoticeMessage): object[] {
  return [
    ...(actor === undefined
      ? []
      : [{ name: 'evidences.actor.user.uid', type_id: 31, type: 'User Object: uid', value: actor }]),
    ...(target === undefined
      ? []
      : [{ name: 'resources.uid', type_id: 10, type: 'Resource UID', value: target }]),
  ];
}

function remediation(desc: string, runbook: string | undefined): object {
  return { desc, references: runbook === undefined ? undefined : [runbook] };
}

/** The delegation, member by member as the `delegation` object of 1.9 names them; no class of findings has one yet. */
function unmapped({ data }: NoticeMessage): object {
  const { revoke } = data;
  const delegation =
    revoke === undefined
      ? undefined
      : {
          uid: revoke.jti ?? revoke.hash,
          issuer_uid: revoke.iss,
          expiration_time: instant(data.liveUntil ?? undefined),
        };
  const { chainId, txn, epoch, initiator, approver, owner, environment, outcome, writesSince } = data;
  const { liveUntil, weakestLink, revocable, mergedInto } = data;
  return {
    delegation,
    chain_uid: chainId,
    transaction_uid: txn,
    epoch,
    initiator,
    approver,
    owner,
    environment,
    outcome,
    writes_since: writesSince,
    live_until: liveUntil,
    weakest_link_level: weakestLink,
    revocable,
    merged_into: mergedInto,
    response: data['response'],
  };
}

function some<T>(list: readonly T[]): readonly T[] | undefined {
  return list.length === 0 ? undefined : list;
}

/** Milliseconds since the epoch. Undefined for what is no time. */
function instant(text: string | undefined): number | undefined {
  const ms = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms;
}
