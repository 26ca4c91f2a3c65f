import * as z from 'zod';
import { ocsfVersions } from '../../domain/ocsf/base.ts';
import { patterns } from '../../domain/policy/primitives.ts';
import { SecretSource } from '../../domain/secret-source.ts';
import type { SecretKind } from '../secrets.ts';

/** http or https, without credentials. */
export const Url = z
  .url({ protocol: /^https?$/ })
  .max(2_048)
  .refine((value) => {
    if (!URL.canParse(value)) return true;
    const url = new URL(value);
    return url.username === '' && url.password === '';
  }, 'no credentials in the address');

/** Who is told of what: all of these must fit. `*` stands for any run of characters, alone also for what is unknown. */
export const routing = {
  /** One of an incident's detectors fits. */
  detectors: patterns.min(1).default(['*']),
  tenants: patterns.min(1).default(['*']),
  /** Whoever answers for the actor, as far as anyone said. */
  owners: patterns.min(1).default(['*']),
};

/** Slack: a bot that posts into a channel, where updates are replies; or an incoming webhook, which has no replies. */
export const slackMembers = {
  kind: z.literal('slack'),
  /** Bot token with the scope chat:write, and the id or name of the channel it is in. */
  token: SecretSource.optional(),
  channel: z
    .string()
    .regex(/^[A-Z0-9]{2,32}$|^#[^\s<>]{1,80}$/, 'an id such as C024BE91L, or #name')
    .optional(),
  /** The address of an incoming webhook is its secret. */
  webhook: SecretSource.optional(),
  /** Of the Web API; GovSlack has another. */
  api: Url.default('https://slack.com/api/'),
};
const Slack = z.object(slackMembers);
export type SlackConfig = z.infer<typeof Slack> & Common;

/** What a schema cannot say of single members; undefined when nothing is wrong. */
export function slackFault({ token, channel, webhook }: z.infer<typeof Slack>): string | undefined {
  if (webhook !== undefined) {
    return token === undefined && channel === undefined
      ? undefined
      : 'a webhook takes no token and no channel';
  }
  return token !== undefined && channel !== undefined ? undefined : 'needs token and channel, or webhook';
}

/** PagerDuty Events API v2. Europe has https://events.eu.pagerduty.com/v2/enqueue. */
export const pagerDutyMembers = {
  kind: z.literal('pagerduty'),
  /** Integration key of an Events API v2 integration. */
  routingKey: SecretSource,
  url: Url.default('https://events.pagerduty.com/v2/enqueue'),
};
export type PagerDutyConfig = z.infer<z.ZodObject<typeof pagerDutyMembers>> & Common;

/** OCSF Detection Finding, over HTTP or into the topic `kafka.topics.alerts`. */
export const ocsfMembers = {
  kind: z.literal('ocsf'),
  version: z.enum(ocsfVersions).default('1.8.0'),
  to: z.enum(['http', 'kafka']).default('http'),
  url: Url.optional(),
  /** The whole value of the header, e.g. `Bearer …` or `Splunk …`. */
  authorization: SecretSource.optional(),
  /** Signs as webhooks are signed, when there are any. */
  secrets: z.array(SecretSource).max(4).default([]),
};
const Ocsf = z.object(ocsfMembers);
export type OcsfConfig = z.infer<typeof Ocsf> & Common;

export function ocsfFault({ to, url, authorization, secrets }: z.infer<typeof Ocsf>): string | undefined {
  if (to === 'http') return url === undefined ? 'needs url, or to: kafka' : undefined;
  const isPlain = url === undefined && authorization === undefined && secrets.length === 0;
  return isPlain ? undefined : 'a topic takes no url, no authorization and no secrets';
}

/** Of every endpoint, whatever its kind. */
interface Common {
  readonly name: string;
  readonly disabled: boolean;
  readonly allowPrivate: boolean;
}

export type NotifyConfig = SlackConfig | PagerDutyConfig | OcsfConfig;

/** Variables of the environment that hold its secrets. */
export function notifySecrets(config: NotifyConfig): readonly string[] {
  return sourcesOf(config).flatMap((source) => (source !== undefined && 'env' in source ? [source.env] : []));
}

function sourcesOf(config: NotifyConfig): readonly (SecretSource | undefined)[] {
  switch (config.kind) {
    case 'slack':
      return [config.token, config.webhook];
    case 'pagerduty':
      return [config.routingKey];
    case 'ocsf':
      return [config.authorization, ...config.secrets];
  }
}

export const routingKey: SecretKind<string> = {
  expected: 'the integration key of an Events API v2 integration, 32 letters and digits',
  parse: (text) => (/^[A-Za-z0-9]{32}$/.test(text) ? text : undefined),
};

export const incomingWebhook: SecretKind<URL> = {
  expected: 'the address of an incoming webhook',
  parse: (text) => (Url.safeParse(text).success ? new URL(text) : undefined),
};

/** What may stand in a header: printable, spaces inside. */
export const headerValue: SecretKind<string> = {
  expected: 'the value of an authorization header, 8 to 4096 printable characters',
  parse: (text) => (/^[\x21-\x7e][\x20-\x7e]{7,4095}$/.test(text) ? text : undefined),
};
