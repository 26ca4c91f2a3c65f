import type { OutboxEntry } from '../../src/domain/response.ts';
import { createGuard } from '../../src/respond/guard.ts';
import type { NotifyParts } from '../../src/respond/notify/parts.ts';

/** What channels are made of, for receivers on this machine. */
export function partsOf(
  over: Partial<NotifyParts> & { readonly said?: readonly OutboxEntry[] } = {},
): NotifyParts {
  const { said = [], ...parts } = over;
  return {
    guard: createGuard({ allow: ['127.0.0.1'] }),
    clock: Date.now,
    publicUrl: 'https://cw.example/base',
    productVersion: '1.2.3',
    earlier: async (tenant, ids) => said.filter((entry) => entry.tenant === tenant && ids.includes(entry.id)),
    topic: undefined,
    timeoutMs: 5_000,
    ...parts,
  };
}
