import { messageSubjectId, type NoticeMessage, readMessage } from '../../domain/message.ts';
import { detectionFinding } from '../../domain/ocsf/finding.ts';
import type { OutboxEntry } from '../../domain/response.ts';
import { failure } from '../failure.ts';
import { readSecret } from '../secrets.ts';
import { signingKey, signWithAll } from '../signing.ts';
import type { Channel } from '../types.ts';
import { headerValue, type OcsfConfig } from './config.ts';
import type { NotifyParts, Topic } from './parts.ts';
import { answered, createTranslated, unreadable } from './translated.ts';
import { linkOf } from './words.ts';

/** Tells systems in OCSF, over HTTP or through a topic. */
export function createOcsfChannel(config: OcsfConfig, parts: NotifyParts): Channel {
  const write = ({ id, createdMs }: OutboxEntry, message: NoticeMessage): string =>
    JSON.stringify(
      detectionFinding(message, {
        version: config.version,
        productVersion: parts.productVersion,
        uid: id,
        madeMs: createdMs,
        link: linkOf(message, parts.publicUrl),
      }),
    );
  if (config.to === 'http') return overHttp(config, parts, write);
  if (parts.topic === undefined) throw new TypeError('there are no brokers');
  return intoTopic(config, parts.topic, write);
}

type Write = (entry: OutboxEntry, message: NoticeMessage) => string;

function overHttp(config: OcsfConfig, parts: NotifyParts, write: Write): Channel {
  const { name, disabled, url, allowPrivate } = config;
  if (url === undefined) throw new TypeError('there is no address');
  const owner = `endpoint ${name}`;
  const keys = config.secrets.map((source) => readSecret(owner, source, parts.env, signingKey));
  const sign = signWithAll(keys);
  const authorization =
    config.authorization === undefined
      ? {}
      : { authorization: readSecret(owner, config.authorization, parts.env, headerValue) };
  return createTranslated(
    {
      name,
      disabled,
      place: { url: new URL(url), allowPrivate },
      async say({ entry, message }, ask) {
        const body = write(entry, message);
        const nowMs = parts.clock();
        const signature =
          keys.length === 0
            ? {}
            : {
                'webhook-id': entry.id,
                'webhook-timestamp': String(Math.floor(nowMs / 1000)),
                'webhook-signature': sign(entry.id, new Date(nowMs), body),
              };
        return answered(await ask({ 'idempotency-key': entry.id, ...signature, ...authorization }, body));
      },
    },
    parts,
  );
}

/** What every in-sync replica has is as good as an answer. Equal keys meet in one partition: an incident keeps its order. */
function intoTopic({ name, disabled }: OcsfConfig, topic: Topic, write: Write): Channel {
  return {
    name,
    disabled,
    async send(entry) {
      const message = readMessage(entry.body);
      if (message === undefined) return unreadable;
      try {
        await topic.send({
          key: messageSubjectId(message),
          value: write(entry, message),
          headers: { 'content-type': 'application/json', 'message-id': entry.id, type: entry.type },
        });
        return { kind: 'answered', status: 202, retryAfter: undefined };
      } catch (error) {
        return failure(error);
      }
    },
    rehearse: async ({ body }) => (readMessage(body) === undefined ? unreadable.message : undefined),
    close: async () => undefined,
  };
}
