import { ChainwardenError } from '../../domain/errors.ts';
import { messageSubjectId, readMessage } from '../../domain/message.ts';
import { detectionFinding } from '../../domain/ocsf/finding.ts';
import { failure } from '../failure.ts';
import { type Environment, readSecret } from '../secrets.ts';
import { signingKey, signWithAll } from '../signing.ts';
import type { Attempt } from '../types.ts';
import { headerValue, type OcsfConfig } from './config.ts';
import type { Connect, NotifyParts } from './parts.ts';
import { type Ask, answered, createTranslated, type ToSay, unreadable } from './translated.ts';
import { linkOf } from './words.ts';

/** Tells systems in OCSF, over HTTP or through a topic. */
export function prepareOcsf(config: OcsfConfig, env: Environment): Connect {
  return config.to === 'http' ? prepareHttp(config, env) : prepareTopic(config);
}

function write({ version }: OcsfConfig, { entry, message }: ToSay, parts: NotifyParts): string {
  const { id, createdMs } = entry;
  const { publicUrl, productVersion } = parts;
  const link = linkOf(message, publicUrl);
  return JSON.stringify(
    detectionFinding(message, { version, productVersion, uid: id, madeMs: createdMs, link }),
  );
}

function prepareHttp(config: OcsfConfig, env: Environment): Connect {
  const { name, disabled, allowPrivate, url, secrets, authorization } = config;
  if (url === undefined) throw new TypeError('there is no address');
  const owner = `endpoint ${name}`;
  const sign = signWithAll(secrets.map((source) => readSecret(owner, source, env, signingKey)));
  const known: Readonly<Record<string, string>> =
    authorization === undefined ? {} : { authorization: readSecret(owner, authorization, env, headerValue) };

  return (parts) => {
    function signature(id: string, body: string): Readonly<Record<string, string>> {
      if (secrets.length === 0) return {};
      const nowMs = parts.clock();
      return {
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(nowMs / 1000)),
        'webhook-signature': sign(id, new Date(nowMs), body),
      };
    }
    async function say(toSay: ToSay, ask: Ask): Promise<Attempt> {
      const { id } = toSay.entry;
      const body = write(config, toSay, parts);
      return answered(await ask({ 'idempotency-key': id, ...signature(id, body), ...known }, body));
    }
    return createTranslated({ name, disabled, place: { url: new URL(url), allowPrivate }, say }, parts);
  };
}

/** What every in-sync replica has is as good as an answer. Equal keys meet in one partition, in their order. */
function prepareTopic(config: OcsfConfig): Connect {
  const { name, disabled } = config;
  return (parts) => {
    const { topic } = parts;
    if (topic === undefined) {
      throw new ChainwardenError('CONFIG_INVALID', `endpoint ${name}: there are no Kafka brokers`);
    }
    return {
      name,
      disabled,
      async send(entry) {
        const message = readMessage(entry.body);
        if (message === undefined) return unreadable;
        const headers = { 'content-type': 'application/json', 'message-id': entry.id, type: entry.type };
        const value = write(config, { entry, message }, parts);
        try {
          await topic.send({ key: messageSubjectId(message), value, headers });
          return { kind: 'answered', status: 202, retryAfter: undefined };
        } catch (error) {
          return failure(error);
        }
      },
      rehearse: async ({ body }) => (readMessage(body) === undefined ? unreadable.message : undefined),
      close: async () => undefined,
    };
  };
}
