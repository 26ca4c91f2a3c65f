import { afterAll } from 'vitest';
import { OutboundConfig } from '../../../../src/respond/config.ts';
import { resolveEndpoints } from '../../../../src/respond/endpoints.ts';
import type { NotifyParts } from '../../../../src/respond/notify/parts.ts';
import type { Channel } from '../../../../src/respond/types.ts';
import { partsOf } from '../../../support/notify-parts.ts';

/** The channel of one endpoint, from its configuration on. */
export function connect(
  endpoint: object,
  env: Readonly<Record<string, string>>,
  parts: NotifyParts = partsOf(),
): Channel {
  const { endpoints } = OutboundConfig.parse({
    endpoints: [{ name: 'ops', allowPrivate: true, ...endpoint }],
  });
  const [resolved] = resolveEndpoints(endpoints, env);
  if (resolved === undefined) throw new Error('no endpoint');
  const channel = resolved.connect(parts);
  afterAll(channel.close);
  return channel;
}
