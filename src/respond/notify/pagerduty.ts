import type { Severity } from '../../domain/finding.ts';
import { messageSubjectId, messageWord, type NoticeMessage } from '../../domain/message.ts';
import { noticeId } from '../../domain/notice.ts';
import { type Environment, readSecret } from '../secrets.ts';
import type { Attempt } from '../types.ts';
import { type PagerDutyConfig, routingKey } from './config.ts';
import type { Connect, NotifyParts } from './parts.ts';
import { type Ask, answered, createTranslated, refused, type ToSay } from './translated.ts';
import { circumstances, delegation, linkOf, oneLine, sentence } from './words.ts';

/** What the Events API takes of a summary, and enough of everything else. */
const SUMMARY_CHARS_MAX = 1_024;
const VALUE_CHARS_MAX = 1_000;
/** An incident that was raised more often is taken to go on. */
const EPOCHS_LOOKED_AT = 8;

const severityOf: Readonly<Record<Severity, string>> = {
  info: 'info',
  low: 'info',
  medium: 'warning',
  high: 'error',
  critical: 'critical',
};

/** The words that end an incident for people. */
const ends: ReadonlySet<string> = new Set(['withdrawn', 'closed']);

/**
 * Events API v2: one alert there for each incident here, by `dedup_key`, so that a repeated request changes nothing.
 * Withdrawn or closed by people resolves it. Of one that merged the incident that carries on is triggered first, in
 * case it was never told here, and then the old one is resolved: at no time is nothing open.
 */
export function preparePagerDuty(config: PagerDutyConfig, env: Environment): Connect {
  const { name, disabled, allowPrivate } = config;
  const key = readSecret(`endpoint ${name}`, config.routingKey, env, routingKey);

  async function enqueue(event: object, ask: Ask): Promise<Attempt> {
    const answer = await ask({}, JSON.stringify({ routing_key: key, ...event }));
    // A key that is no longer one is answered like an event that is none.
    return answer.status === 400
      ? refused('PagerDuty takes neither this event nor this key: HTTP 400')
      : answered(answer);
  }

  return (parts) => {
    async function say({ message }: ToSay, ask: Ask): Promise<Attempt> {
      const word = messageWord(message);
      const id = messageSubjectId(message);
      if (ends.has(word)) return enqueue(resolve(id), ask);
      if (word !== 'merged') return enqueue(trigger(id, message, parts), ask);
      const heir = message.data.mergedInto;
      if (heir !== undefined && !(await isOver(name, heir, message, parts))) {
        const triggered = await enqueue(trigger(heir, message, parts), ask);
        if (triggered.kind === 'failed' || triggered.status >= 300) return triggered;
      }
      return enqueue(resolve(id), ask);
    }
    const place = { url: new URL(config.url), allowPrivate };
    return createTranslated({ name, disabled, place, say }, parts);
  };
}

function resolve(id: string): object {
  return { event_action: 'resolve', dedup_key: id };
}

function trigger(id: string, message: NoticeMessage, { publicUrl }: NotifyParts): object {
  const { data } = message;
  const about = { ...message, data: { ...data, incidentId: id } };
  const link = linkOf(about, publicUrl);
  const told = [...delegation(message), ...circumstances(message), ['Next', data.nextStep ?? ''] as const];
  return {
    event_action: 'trigger',
    dedup_key: id,
    client: 'Chainwarden',
    ...(link === undefined ? {} : { client_url: link, links: [{ href: link, text: id }] }),
    payload: {
      summary: oneLine(
        messageWord(message) === 'merged' ? (data.title ?? id) : sentence(message),
        SUMMARY_CHARS_MAX,
      ),
      severity: severityOf[data.severity],
      source: oneLine(data.target ?? data.tenant, VALUE_CHARS_MAX),
      timestamp: message.timestamp,
      component: oneLine(data.actor ?? 'unknown', VALUE_CHARS_MAX),
      group: oneLine(data.tenant, VALUE_CHARS_MAX),
      class: data.detector,
      custom_details: {
        ...Object.fromEntries(told.map(([label, value]) => [label, oneLine(value, VALUE_CHARS_MAX)])),
        Detectors: (data.detectors ?? [data.detector]).join(', '),
        Runbook: data.runbook,
        Chain: data.chainId,
      },
    },
  };
}

/** Whether the last that was said of an incident here is that it is over: nobody would resolve it again. */
async function isOver(
  endpoint: string,
  id: string,
  { data: { tenant, severity } }: NoticeMessage,
  { earlier }: Pick<NotifyParts, 'earlier'>,
): Promise<boolean> {
  const idOf = (word: 'raised' | 'withdrawn', epoch: number) =>
    noticeId({ type: `incident.${word}`, epoch, about: { tenant, id, severity } }, endpoint);
  const epochs = Array.from({ length: EPOCHS_LOOKED_AT }, (_, index) => EPOCHS_LOOKED_AT - index);
  const said = await earlier(
    tenant,
    epochs.flatMap((epoch) => [idOf('raised', epoch), idOf('withdrawn', epoch)]),
  );
  const known = new Set(said.map((entry) => entry.id));
  const last = epochs.find(
    (epoch) => known.has(idOf('raised', epoch)) || known.has(idOf('withdrawn', epoch)),
  );
  return last !== undefined && known.has(idOf('withdrawn', last));
}
