import { readFileSync } from 'node:fs';
import ipaddr from 'ipaddr.js';
import { Webhook } from 'standardwebhooks';
import * as z from 'zod';
import { ChainwardenError } from '../domain/errors.ts';
import { severities } from '../domain/finding.ts';
import type { Subscription } from './types.ts';
import type { WebhookDestination } from './webhook.ts';

const name = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, 'lower-case letters, digits, - and _');

/** Where a secret is: never in the configuration itself, which is shown, logged and committed. */
const SecretSource = z.union([
  z.strictObject({ env: z.string().min(1).max(128) }),
  z.strictObject({ file: z.string().min(1).max(1_024) }),
]);
type SecretSource = z.infer<typeof SecretSource>;

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
    /** Host names, addresses and CIDRs that may be reached although they are not public, also by plain http. */
    allow: z.array(AllowedDestination).max(256).default([]),
    response: ResponseConfig.prefault({}),
  })
  .superRefine((config, context) => {
    const names = config.endpoints.map((endpoint) => endpoint.name);
    if (new Set(names).size !== names.length) {
      context.addIssue({ code: 'custom', path: ['endpoints'], message: 'names must differ' });
    }
    const { endpoint } = config.response;
    if (endpoint !== undefined && !names.includes(endpoint)) {
      context.addIssue({ code: 'custom', path: ['response', 'endpoint'], message: 'is not an endpoint' });
    }
  });
export type OutboundConfig = z.infer<typeof OutboundConfig>;

/** Who is told, and how. */
export interface Endpoint extends Subscription, WebhookDestination {}

/** Standard Webhooks: 24 to 64 random bytes. */
const SECRET_BYTES_MIN = 24;
const SECRET_BYTES_MAX = 64;

/** Reads the secrets and turns configuration into endpoints. Throws CONFIG_INVALID, which never quotes a secret. */
export function resolveEndpoints(
  configs: readonly EndpointConfig[],
  env: Readonly<Record<string, string | undefined>>,
): Endpoint[] {
  return configs.map((config) => ({
    name: config.name,
    url: new URL(config.url),
    events: config.events,
    minSeverity: config.minSeverity,
    allowPrivate: config.allowPrivate,
    disabled: config.disabled,
    sign: signer(config.secrets.map((source) => readSecret(config.name, source, env))),
  }));
}

/** Keeps the keys in a closure: an endpoint that ends up in a log line shows nothing. */
function signer(secrets: readonly string[]): Endpoint['sign'] {
  const webhooks = secrets.map((secret) => new Webhook(secret));
  return (id, timestamp, body) => webhooks.map((webhook) => webhook.sign(id, timestamp, body)).join(' ');
}

function readSecret(
  endpoint: string,
  source: SecretSource,
  env: Readonly<Record<string, string | undefined>>,
): string {
  const place = 'env' in source ? `the variable ${source.env}` : `the file ${source.file}`;
  const secret = ('env' in source ? env[source.env] : readText(source.file))?.trim() ?? '';
  const key = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret)?.[1];
  const bytes = key === undefined ? 0 : Buffer.from(key, 'base64').length;
  if (bytes >= SECRET_BYTES_MIN && bytes <= SECRET_BYTES_MAX) return secret;
  throw new ChainwardenError(
    'CONFIG_INVALID',
    `endpoint ${endpoint}: ${place} must hold whsec_ and the base64 of ${SECRET_BYTES_MIN} to ${SECRET_BYTES_MAX} bytes`,
  );
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
