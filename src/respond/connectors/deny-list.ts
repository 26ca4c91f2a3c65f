import { failure } from '../failure.ts';
import type { Attempt } from '../types.ts';
import type { ConfigOf } from './config.ts';
import { isIssuedBy } from './handles.ts';
import { type RevocationOrder, readOrder } from './order.ts';
import type { ConnectorParts } from './parts.ts';
import type { Connector } from './types.ts';

/** What the store took is as good as an answer. */
const taken: Attempt = { kind: 'answered', status: 204, retryAfter: undefined };

/** Puts tokens on the list that gateways poll: the only thing that stops a self-contained token before it expires. */
export function createDenyListConnector(
  config: ConfigOf<'deny_list'>,
  { denyList }: Pick<ConnectorParts, 'denyList'>,
): Connector {
  const { name, disabled, issuers, confirms } = config;

  /** Unknown and endless lives stay listed: to forget such a token would be to revive it. */
  function untilMs({ notAfter }: RevocationOrder['data']): number | null {
    return typeof notAfter === 'string' ? Date.parse(notAfter) + config.skewSeconds * 1000 : null;
  }

  async function change({ type, data }: RevocationOrder): Promise<void> {
    const { tenant, target } = data;
    if (target.kind !== 'token') throw new TypeError(`${target.kind} is nothing that a gateway sees`);
    if (type === 'undo') return denyList.remove({ tenant, key: target.key });
    return denyList.add({ tenant, key: target.key, ref: target.ref, untilMs: untilMs(data) });
  }

  return {
    name,
    disabled,
    declaration: {
      name,
      kind: 'deny_list',
      ends: 'The token at every gateway that polls the list, from its next poll on.',
      leaves: 'The token wherever no such gateway stands, and whatever it has minted.',
      confirms,
      undoes: true,
    },
    handles: (target) => target.kind === 'token' && isIssuedBy(issuers, target),
    async send({ body }) {
      const order = readOrder(body);
      if (order?.data.target.kind !== 'token') return unreadable;
      try {
        await change(order);
        return taken;
      } catch (error) {
        return failure(error);
      }
    },
    rehearse: async ({ body }) =>
      readOrder(body)?.data.target.kind === 'token' ? undefined : unreadable.message,
    close: async () => undefined,
  };
}

const unreadable = {
  kind: 'failed',
  code: 'DELIVERY_REFUSED',
  message: 'the order names no token',
  retriable: false,
} as const satisfies Attempt;
