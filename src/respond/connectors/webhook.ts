import { readSecret } from '../secrets.ts';
import { signingKey, signWithAll } from '../signing.ts';
import { createWebhookChannel } from '../webhook.ts';
import type { ConfigOf } from './config.ts';
import { isHuman, isIssuedBy } from './handles.ts';
import type { ConnectorParts } from './parts.ts';
import type { Connector } from './types.ts';

/** Sends the order as it is to a receiver that owns the credential or knows who does. */
export function createWebhookConnector(config: ConfigOf<'webhook'>, parts: ConnectorParts): Connector {
  const { name, issuers, confirms, undoes, ends, leaves } = config;
  const owner = `connector ${name}`;
  const keys = config.secrets.map((source) => readSecret(owner, source, parts.env, signingKey));
  const channel = createWebhookChannel(
    {
      name,
      disabled: config.disabled,
      url: new URL(config.url),
      allowPrivate: config.allowPrivate,
      sign: signWithAll(keys),
    },
    parts,
  );
  return {
    ...channel,
    declaration: { name, kind: 'webhook', ends, leaves, confirms, undoes },
    handles: (target) =>
      config.targets.includes(target.kind) && isIssuedBy(issuers, target) && !isHuman(target),
  };
}
