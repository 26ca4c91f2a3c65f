import * as z from 'zod';
import { ID_CHARS_MAX, LIST_MAX, TEXT_CHARS_MAX } from '../../domain/limits.ts';
import { SecretSource } from '../../domain/secret-source.ts';
import { Url } from '../notify/config.ts';

const id = z.string().min(1).max(ID_CHARS_MAX);
const sentence = z.string().min(1).max(TEXT_CHARS_MAX);

const common = {
  name: z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, 'lower-case letters, digits, - and _'),
  /** Whose credentials it can end; `*` stands for any run of characters. The first connector that can is asked. */
  issuers: z.array(id).min(1).max(LIST_MAX).default(['*']),
  allowPrivate: z.boolean().default(false),
  disabled: z.boolean().default(false),
};

const WebhookConnector = z.strictObject({
  kind: z.literal('webhook'),
  ...common,
  url: Url,
  /** `whsec_` (HMAC) or `whsk_` (Ed25519). Several while one is changed: each signs, and the receiver accepts any. */
  secrets: z.array(SecretSource).min(1).max(4),
  /** What the receiver can end. */
  targets: z
    .array(z.enum(['token', 'family', 'subject']))
    .min(1)
    .default(['token', 'family']),
  /** callback: the receiver says when it is done, and silence is an alert. */
  confirms: z.enum(['callback', 'none']).default('callback'),
  /** The receiver takes `undo` orders. */
  undoes: z.boolean().default(false),
  /** For the plan that people read. */
  ends: sentence.default('What its receiver ends.'),
  leaves: sentence.default('What its receiver leaves.'),
});

const ClientAuth = z.discriminatedUnion('method', [
  z.strictObject({
    method: z.enum(['client_secret_basic', 'client_secret_post']),
    id,
    secret: SecretSource,
  }),
  /** RFC 7523: the key is a JWK or PKCS #8 PEM; `audience` is what the server calls itself, its issuer. */
  z.strictObject({
    method: z.literal('private_key_jwt'),
    id,
    key: SecretSource,
    kid: id.optional(),
    audience: id,
  }),
]);

const OauthConnector = z.strictObject({
  kind: z.literal('oauth'),
  ...common,
  /** RFC 7009. */
  revocation: Url,
  /** RFC 7662. Without it nothing is ever confirmed. */
  introspection: Url.optional(),
  client: ClientAuth,
  /** Who holds the text of tokens: events carry references only. */
  custodian: z.strictObject({ url: Url, secret: SecretSource }),
});

const CaepConnector = z.strictObject({
  kind: z.literal('caep'),
  ...common,
  /** RFC 8935: where the receiver takes security event tokens. */
  url: Url,
  /** `iss` and `aud` of the tokens. */
  issuer: id,
  audience: id,
  /** A private JWK, or PKCS #8 PEM. */
  key: SecretSource,
  /** By default the key's own, else its RFC 7638 thumbprint. */
  kid: id.optional(),
  /** Sent as a bearer token, when the receiver asks for one. */
  authorization: SecretSource.optional(),
});

const DenyListConnector = z.strictObject({
  kind: z.literal('deny_list'),
  ...common,
  /** Entries outlive their token by as much as the clocks of gateways may differ. */
  skewSeconds: z.int().min(0).max(3_600).default(60),
  /** observed: a refusal at a gateway confirms, and a token that nobody tries again stays unconfirmed. */
  confirms: z.enum(['observed', 'none']).default('none'),
});

/** Who ends authority, and what it needs for that. */
export const ConnectorConfig = z.discriminatedUnion('kind', [
  WebhookConnector,
  OauthConnector,
  CaepConnector,
  DenyListConnector,
]);
export type ConnectorConfig = z.infer<typeof ConnectorConfig>;

export type ConfigOf<Kind extends ConnectorConfig['kind']> = Extract<ConnectorConfig, { kind: Kind }>;

/** Variables of the environment that hold its secrets. */
export function secretVariables(config: ConnectorConfig): string[] {
  return sourcesOf(config).flatMap((source) => ('env' in source ? [source.env] : []));
}

function sourcesOf(config: ConnectorConfig): readonly SecretSource[] {
  switch (config.kind) {
    case 'webhook':
      return config.secrets;
    case 'oauth':
      return ['key' in config.client ? config.client.key : config.client.secret, config.custodian.secret];
    case 'caep':
      return [config.key, ...(config.authorization === undefined ? [] : [config.authorization])];
    case 'deny_list':
      return [];
  }
}
