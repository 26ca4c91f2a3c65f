import { severities } from '../../domain/finding.ts';
import { messageSubjectId, messageWord, type NoticeMessage } from '../../domain/message.ts';
import { noticeId } from '../../domain/notice.ts';
import { type Answer, membersOf } from '../connectors/call.ts';
import { bearerSecret, type Environment, readSecret } from '../secrets.ts';
import type { Attempt } from '../types.ts';
import { incomingWebhook, type SlackConfig } from './config.ts';
import type { Connect, NotifyParts } from './parts.ts';
import { slackMessage } from './slack-blocks.ts';
import { type Ask, answered, createTranslated, refused, type ToSay } from './translated.ts';
import { linkOf } from './words.ts';

/** Slack's own troubles. Every other error is about what was configured or sent. */
const passing = new Set([
  'ratelimited',
  'rate_limited',
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'request_timeout',
]);
/** About the message: it would be refused again. A wrong token or channel somebody can put right meanwhile. */
const unsendable =
  /^(invalid_blocks|invalid_arg|msg_|no_text|too_many_|metadata_|invalid_post_type|invalid_json)/;

/**
 * Tells a Slack channel. With a bot token what follows is a reply to the first message of its incident, whose `ts` is
 * kept as the receipt of that message in the outbox; an escalation is shown in the channel, too. An incoming webhook
 * answers no `ts`: there every message stands alone. Slack knows no idempotency key: a crash between its answer and the
 * note of it says a message twice, and `metadata` of both names the same message.
 */
export function prepareSlack(config: SlackConfig, env: Environment): Connect {
  return config.webhook === undefined ? prepareBot(config, env) : prepareWebhook(config, env);
}

function prepareBot(
  { name, disabled, allowPrivate, token, channel, api }: SlackConfig,
  env: Environment,
): Connect {
  if (token === undefined) throw new TypeError('a bot has a token');
  const secret = readSecret(`endpoint ${name}`, token, env, bearerSecret);
  const url = new URL('chat.postMessage', api.endsWith('/') ? api : `${api}/`);

  return (parts) => {
    async function say({ entry, message }: ToSay, ask: Ask): Promise<Attempt> {
      const thread = await threadOf(name, message, parts);
      const isEscalation = messageWord(message) === 'escalated';
      const body = {
        channel,
        ...slackMessage(message, linkOf(message, parts.publicUrl)),
        mrkdwn: false,
        parse: 'none',
        link_names: false,
        unfurl_links: false,
        unfurl_media: false,
        metadata: { event_type: 'chainwarden_message', event_payload: { message_id: entry.id } },
        ...(thread === undefined ? {} : { thread_ts: thread, reply_broadcast: isEscalation }),
      };
      return verdict(await ask({ authorization: `Bearer ${secret}` }, JSON.stringify(body)));
    }
    return createTranslated({ name, disabled, place: { url, allowPrivate }, say }, parts);
  };
}

/** Slack answers 200 to everything that it understood, and says in the body whether it did it. */
function verdict(answer: Answer): Attempt {
  if (answer.status !== 200) return answered(answer);
  const { ok, ts, error } = membersOf(answer);
  if (ok === true) return answered(answer, typeof ts === 'string' ? ts : undefined);
  const code = typeof error === 'string' && /^[a-z_]{1,64}$/.test(error) ? error : 'an answer that is none';
  if (unsendable.test(code)) return refused(`Slack refused it: ${code}`);
  const kind = passing.has(code) ? 'Slack is not able to' : 'Slack does not take it as configured';
  return { kind: 'failed', code: 'DELIVERY_FAILED', message: `${kind}: ${code}`, retriable: true };
}

/** The `ts` of the first message of this epoch: what was raised, or the escalation that came first of all. */
async function threadOf(
  endpoint: string,
  message: NoticeMessage,
  { earlier }: Pick<NotifyParts, 'earlier'>,
): Promise<string | undefined> {
  if (messageWord(message) === 'raised') return undefined;
  const { tenant, epoch } = message.data;
  const kind = message.data.incidentId === undefined ? 'alert' : 'incident';
  const idOf = (word: 'raised' | 'escalated', severity: NoticeMessage['data']['severity']) =>
    noticeId(
      { type: `${kind}.${word}`, epoch, about: { tenant, id: messageSubjectId(message), severity } },
      endpoint,
    );
  const ids = [
    idOf('raised', message.data.severity),
    ...severities.map((severity) => idOf('escalated', severity)),
  ];
  const said = await earlier(tenant, ids);
  const heads = said.flatMap(({ receipt, createdMs }) =>
    receipt === undefined ? [] : [{ receipt, createdMs }],
  );
  return heads.sort((a, b) => a.createdMs - b.createdMs)[0]?.receipt;
}

function prepareWebhook({ name, disabled, allowPrivate, webhook }: SlackConfig, env: Environment): Connect {
  if (webhook === undefined) throw new TypeError('a webhook has an address');
  const url = readSecret(`endpoint ${name}`, webhook, env, incomingWebhook);

  return (parts) => {
    async function say({ message }: ToSay, ask: Ask): Promise<Attempt> {
      const said = slackMessage(message, linkOf(message, parts.publicUrl));
      const body = { ...said, mrkdwn: false, unfurl_links: false, unfurl_media: false };
      const answer = await ask({}, JSON.stringify(body));
      return answer.status === 400 ? refused('Slack refused it: HTTP 400') : answered(answer);
    }
    return createTranslated({ name, disabled, place: { url, allowPrivate }, say }, parts);
  };
}
