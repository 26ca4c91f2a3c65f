import type { JSONWebKeySet } from 'jose';
import { createCaepConnector } from './caep.ts';
import type { ConnectorConfig } from './config.ts';
import { createDenyListConnector } from './deny-list.ts';
import { createOauthConnector } from './oauth.ts';
import type { ConnectorParts } from './parts.ts';
import type { Connector } from './types.ts';
import { createWebhookConnector } from './webhook.ts';

export type { ConnectorParts } from './parts.ts';
export type { Confirmable, Confirmation, Connector } from './types.ts';

export interface Connectors {
  /** In the order of the configuration: the first that handles a target is asked. */
  readonly all: readonly Connector[];
  /** Public keys of what we sign as JWTs, for receivers of security event tokens. */
  jwks(): Promise<JSONWebKeySet>;
}

/** Reads the secrets and turns configuration into connectors. Throws CONFIG_INVALID, which never quotes a secret. */
export function createConnectors(configs: readonly ConnectorConfig[], parts: ConnectorParts): Connectors {
  const all = configs.map((config) => create(config, parts));
  return {
    all,
    async jwks() {
      const keys = await Promise.all(all.map((connector) => connector.publicKey?.()));
      return { keys: keys.filter((key) => key !== undefined) };
    },
  };
}

function create(config: ConnectorConfig, parts: ConnectorParts): Connector {
  switch (config.kind) {
    case 'webhook':
      return createWebhookConnector(config, parts);
    case 'oauth':
      return createOauthConnector(config, parts);
    case 'caep':
      return createCaepConnector(config, parts);
    case 'deny_list':
      return createDenyListConnector(config, parts);
  }
}
