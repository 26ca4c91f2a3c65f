import ipaddr from 'ipaddr.js';
import * as z from 'zod';
import { severities } from '../domain/finding.ts';
import { ConnectorConfig, secretVariables } from './connectors/config.ts';
import { type Environment, readSecret, SecretSource } from './secrets.ts';
import { signingKey, signWithAll } from './signing.ts';
import type { Subscription } from './types.ts';
import type { WebhookDestination } from './webhook.ts';

const name = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, 'lower-case letters, digits, - and _');

const Url = z
  .url({ protocol: /^https?$/ })
  .max(2_048)
  .refine((value) => {
    if (!URL.canParse(value)) return true;
    const url = new URL(value);
    return url.username === '' && url.password === '';
  }, 'no credentials in the address');

const EndpointConfig = z.strictObject({
  name,
  url: Url,
  /** Several while a secret is changed: each signs, and the receiver accepts any. */
  secrets: z.array(SecretSource).min(1).max(4),
  /** Message types; `*` stands for any run of characters. */
  events: z
    .array(z.string().regex(/^[a-z*][a-z.*]{0,63}$/))
    .min(1)
    .max(16)
    .default(['incident.*']),
  /** Incidents and alerts below it are not sent here. */
  minSeverity: z.enum(severities).default('info'),
  allowPrivate: z.boolean().default(false),
  disabled: z.boolean().default(false),
});
export type EndpointConfig = z.infer<typeof EndpointConfig>;

const AllowedDestination = z
  .string()
  .max(256)
  .refine(
    (value) =>
      value.includes('/') ? ipaddr.isValidCIDR(value) : ipaddr.isValid(value) || /^[a-z0-9.-]+$/i.test(value),
    'a host name, an address or a CIDR',
  );

const ResponseConfig = z.strictObject({
  /** What is done about a finding without a person. propose: nothing, until somebody approves it. */
  mode: z.enum(['observe', 'alert', 'propose', 'auto']).default('propose'),
  /** Everything but the last request happens and is recorded. */
  dryRun: z.boolean().default(true),
  minSeverity: z.enum(severities).default('high'),
  /** Name of the endpoint that revokes. Without it revocations are only proposed. */
  endpoint: name.optional(),
  /** Stops every automatic revocation, those already waiting to be sent included. */
  killSwitch: z.boolean().default(false),
});
export type ResponseConfig = z.infer<typeof ResponseConfig>;

/** Everything that leaves: who is told, who revokes, and which addresses may be reached. */
export const OutboundConfig = z
  .strictObject({
    endpoints: z.array(EndpointConfig).max(32).default([]),
    /** Who ends authority: the first that can end a target does. */
    connectors: z.array(ConnectorConfig).max(32).default([]),
    /** Host names, addresses and CIDRs that may be reached although they are not public, also by plain http. */
    allow: z.array(AllowedDestination).max(256).default([]),
    response: ResponseConfig.prefault({}),
  })
  .superRefine((config, context) => {
    const names = config.endpoints.map((endpoint) => endpoint.name);
    // Their messages lie in one outbox, by name.
    const all = [...names, ...config.connectors.map((connector) => connector.name)];
    if (new Set(all).size !== all.length) {
      const message = 'names must differ, those of connectors included';
      context.addIssue({ code: 'custom', path: ['endpoints'], message });
    }
    const { endpoint } = config.response;
    if (endpoint !== undefined && !names.includes(endpoint)) {
      context.addIssue({ code: 'custom', path: ['response', 'endpoint'], message: 'is not an endpoint' });
    }
  });
export type OutboundConfig = z.infer<typeof OutboundConfig>;

/** Who is told, and how. */
export interface Endpoint extends Subscription, WebhookDestination {}

/** Variables of the environment that hold secrets. */
export function secretsIn({ endpoints, connectors }: OutboundConfig): string[] {
  const sources = endpoints.flatMap(({ secrets }) => secrets);
  return [
    ...sources.flatMap((source) => ('env' in source ? [source.env] : [])),
    ...connectors.flatMap(secretVariables),
  ];
}

/** Reads the secrets and turns configuration into endpoints. Throws CONFIG_INVALID, which never quotes a secret. */
export function resolveEndpoints(configs: readonly EndpointConfig[], env: Environment): Endpoint[] {
  return configs.map(({ name, url, events, minSeverity, allowPrivate, disabled, secrets }) => ({
    name,
    url: new URL(url),
    events,
    minSeverity,
    allowPrivate,
    disabled,
    sign: signWithAll(secrets.map((source) => readSecret(`endpoint ${name}`, source, env, signingKey))),
  }));
}
