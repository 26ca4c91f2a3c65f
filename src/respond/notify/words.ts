import { messageSubjectId, messageWord, type NoticeMessage } from '../../domain/message.ts';

/** What happened, in one sentence. Every name in it may have been chosen by an attacker: it is text, never markup. */
export function sentence(message: NoticeMessage): string {
  const { data } = message;
  const title = data.title ?? `${data.detector} found something`;
  switch (messageWord(message)) {
    case 'escalated':
      return `Now ${data.severity}: ${title}`;
    case 'withdrawn':
      return `Withdrawn, what was missing has been found: ${title}`;
    case 'merged':
      return `Goes on as ${data.mergedInto ?? 'another incident'}: ${title}`;
    case 'closed':
      return `Closed by ${data.closedBy ?? 'people'} (${data.closedReason ?? 'no reason given'}): ${title}`;
    default:
      return title;
  }
}

/** Who delegated what to whom, in the order in which it was handed on. */
export function delegation({ data }: NoticeMessage): readonly (readonly [role: string, name: string])[] {
  const { initiator, approver, actor, owner, revoke, target } = data;
  const credential = revoke?.jti ?? revoke?.hash;
  return pairs({
    'Started by': initiator,
    'Approved by': approver,
    'Acted as': actor,
    'Owned by': owner,
    With: credential,
    On: target,
  });
}

/** What else decides how urgent it is. */
export function circumstances({ data }: NoticeMessage): readonly (readonly [string, string])[] {
  const { environment, outcome, writesSince, alertCount } = data;
  return pairs({
    Environment: environment,
    Outcome: outcome,
    'Writes since': writesSince === undefined ? undefined : String(writesSince),
    'Live until': liveUntil(data),
    Alerts: alertCount === undefined ? undefined : String(alertCount),
    Response: responseState(data['response']),
  });
}

/** Of a credential that could be revoked: not to know is told, too. */
function liveUntil({ liveUntil: until, revoke }: NoticeMessage['data']): string | undefined {
  if (until === null) return 'for ever, unless it is revoked';
  return until ?? (revoke === undefined ? undefined : 'nobody has said');
}

function responseState(response: unknown): string | undefined {
  if (typeof response !== 'object' || response === null || !('state' in response)) return undefined;
  const { state, mode } = response as { readonly state: unknown; readonly mode?: unknown };
  return mode === 'dry_run' ? `${String(state)}, dry run` : String(state);
}

/** Where people read it. The id is ours, and is encoded all the same. */
export function linkOf(message: NoticeMessage, publicUrl: string | undefined): string | undefined {
  if (publicUrl === undefined) return undefined;
  const { incidentId } = message.data;
  const list = incidentId === undefined ? 'alerts' : 'incidents';
  const base = publicUrl.endsWith('/') ? publicUrl : `${publicUrl}/`;
  return new URL(`v1/${list}/${encodeURIComponent(messageSubjectId(message))}`, base).href;
}

/** One line, without characters that change how the rest is read: controls, bidirectional overrides, invisible ones. */
export function oneLine(text: string, charsMax: number): string {
  const line = text.replaceAll(invisible, ' ').replaceAll(/ {2,}/g, ' ').trim();
  const points = [...line];
  return points.length <= charsMax ? line : `${points.slice(0, charsMax - 1).join('')}…`;
}

/** Unicode categories: control, format, line and paragraph separator, surrogates that stand alone. */
const invisible = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

function pairs(named: Readonly<Record<string, string | undefined>>): readonly (readonly [string, string])[] {
  return Object.entries(named).filter(
    (pair): pair is [string, string] => pair[1] !== undefined && pair[1] !== '',
  );
}
