import { severities } from '../../domain/finding.ts';
import { messageSubjectId, messageWord, type NoticeMessage } from '../../domain/message.ts';
import { noticeId } from '../../domain/notice.ts';
import { type Answer, membersOf } from '../connectors/call.ts';
import { bearerSecret, readSecret } from '../secrets.ts';
import type { Attempt, Channel } from '../types.ts';
import { incomingWebhook, type SlackConfig } from './config.ts';
import type { NotifyParts } from './parts.ts';
import { slackMessage } from './slack-blocks.ts';
import { answered, createTranslated, refused, type ToSay } from './translated.ts';
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
/** About the message: it would be refused again. What is wrong with token or channel somebody can put right meanwhile. */
const unsendable =
  /^(invalid_blocks|invalid_arg|msg_|no_text|too_many_|metadata_|invalid_post_type|invalid_json)/;

/**
 * Tells a Slack channel. With a bot token what follows is a reply to the first message of its incident, whose `ts` is
 * kept as the receipt of that message in the outbox; an escalation is shown in the channel, too. An incoming webhook
 * answers no `ts`: there every message stands alone. Slack knows no idempotency key: a crash between its answer and the
 * note of it says a message twice, and `metadata` of both names the same message.
 */
export function createSlackChannel(config: SlackConfig, parts: NotifyParts): Channel {
  return config.webhook === undefined ? ofBot(config, parts) : ofWebhook(config, parts);
}

function ofBot(config: SlackConfig, parts: NotifyParts): Channel {
  const { name, disabled, token, channel, api, allowPrivate } = config;
  if (token === undefined) throw new TypeError('a bot has a token');
  const secret = readSecret(`endpoint ${name}`, token, parts.env, bearerSecret);
  const url = new URL('chat.postMessage', api.endsWith('/') ? api : `${api}/`);

  return createTranslated(
    {
      name,
      disabled,
      place: { url, allowPrivate },
      async say({ entry, message }, ask) {
        const thread = await threadOf(name, message, parts);
        const word = messageWord(message);
        const body = {
          channel,
          ...slackMessage(message, linkOf(message, parts.publicUrl)),
          mrkdwn: false,
          parse: 'none',
          link_names: false,
          unfurl_links: false,
          unfurl_media: false,
          metadata: { event_type: 'chainwarden_message', event_payload: { message_id: entry.id } },
          ...(thread === undefined ? {} : { thread_ts: thread, reply_broadcast: word === 'escalated' }),
        };
        return verdict(await ask({ authorization: `Bearer ${secret}` }, JSON.stringify(body)));
      },
    },
    parts,
  );
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

function ofWebhook(config: SlackConfig, parts: NotifyParts): Channel {
  const { name, disabled, webhook, allowPrivate } = config;
  if (webhook === undefined) throw new TypeError('a webhook has an address');
  const url = readSecret(`endpoint ${name}`, webhook, parts.env, incomingWebhook);
  const body = ({ message }: ToSay) =>
    JSON.stringify({
      ...slackMessage(message, linkOf(message, parts.publicUrl)),
      mrkdwn: false,
      unfurl_links: false,
      unfurl_media: false,
    });
  return createTranslated(
    {
      name,
      disabled,
      place: { url, allowPrivate },
      say: async (toSay, ask) => {
        const answer = await ask({}, body(toSay));
        return answer.status === 400 ? refused('Slack refused it: HTTP 400') : answered(answer);
      },
    },
    parts,
  );
}
