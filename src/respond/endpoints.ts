import * as z from 'zod';
import { severities } from '../domain/finding.ts';
import { SecretSource } from '../domain/secret-source.ts';
import {
  notifySecrets,
  ocsfFault,
  ocsfMembers,
  pagerDutyMembers,
  routing,
  slackFault,
  slackMembers,
  Url,
} from './notify/config.ts';
import { prepareNotify } from './notify/create.ts';
import type { Connect } from './notify/parts.ts';
import { type Environment, readSecret } from './secrets.ts';
import { signingKey, signWithAll } from './signing.ts';
import type { Subscription } from './types.ts';
import { createWebhookChannel, type WebhookDestination } from './webhook.ts';

const common = {
  name: z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, 'lower-case letters, digits, - and _'),
  /** Message types; `*` stands for any run of characters. */
  events: z
    .array(z.string().regex(/^[a-z*][a-z.*]{0,63}$/))
    .min(1)
    .max(16)
    .default(['incident.*']),
  /** Incidents and alerts below it are not sent here. */
  minSeverity: z.enum(severities).default('info'),
  ...routing,
  allowPrivate: z.boolean().default(false),
  disabled: z.boolean().default(false),
};

const WebhookEndpointConfig = z.strictObject({
  kind: z.literal('webhook').default('webhook'),
  ...common,
  url: Url,
  /** Several while a secret is changed: each signs, and the receiver accepts any. */
  secrets: z.array(SecretSource).min(1).max(4),
});

/** Who is told. Without a kind it is a webhook. */
export const EndpointConfig = z
  .discriminatedUnion('kind', [
    WebhookEndpointConfig,
    z.strictObject({ ...common, ...slackMembers }),
    z.strictObject({ ...common, ...pagerDutyMembers }),
    z.strictObject({ ...common, ...ocsfMembers }),
  ])
  .superRefine((config, context) => {
    const fault =
      config.kind === 'slack' ? slackFault(config) : config.kind === 'ocsf' ? ocsfFault(config) : undefined;
    if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
  });
export type EndpointConfig = z.infer<typeof EndpointConfig>;

/** Who is told, and how. Secrets are read, nothing is connected. */
export type Endpoint = WebhookEndpoint | NotifyEndpoint;

interface WebhookEndpoint extends Subscription, WebhookDestination {
  readonly kind: 'webhook';
  readonly connect: Connect;
}

interface NotifyEndpoint extends Subscription {
  readonly kind: 'slack' | 'pagerduty' | 'ocsf';
  readonly connect: Connect;
}

/** Reads the secrets and turns configuration into endpoints. Throws CONFIG_INVALID, which never quotes a secret. */
export function resolveEndpoints(configs: readonly EndpointConfig[], env: Environment): Endpoint[] {
  return configs.map((config) => {
    const { name, events, minSeverity, detectors, tenants, owners, disabled } = config;
    const subscription = { name, events, minSeverity, detectors, tenants, owners, disabled };
    if (config.kind !== 'webhook') {
      return { ...subscription, kind: config.kind, connect: prepareNotify(config, env) };
    }
    const keys = config.secrets.map((source) => readSecret(`endpoint ${name}`, source, env, signingKey));
    const { url, allowPrivate } = config;
    const destination = { name, disabled, url: new URL(url), allowPrivate, sign: signWithAll(keys) };
    const connect: Connect = (parts) => createWebhookChannel(destination, parts);
    return { ...subscription, ...destination, kind: config.kind, connect };
  });
}

/** Variables of the environment that hold its secrets. */
export function endpointSecrets(config: EndpointConfig): readonly string[] {
  if (config.kind !== 'webhook') return notifySecrets(config);
  return config.secrets.flatMap((source) => ('env' in source ? [source.env] : []));
}
