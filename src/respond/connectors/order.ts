import * as z from 'zod';
import { Principal, TokenRef } from '../../domain/event/index.ts';
import { type ResponseTarget, responseActions } from '../../domain/response.ts';

const FamilyTarget = z
  .object({ kind: z.literal('family'), key: z.string(), iss: z.string().optional(), family: z.string() })
  .transform((target) => ({ ...target, iss: target.iss }));

const Target: z.ZodType<ResponseTarget> = z.union([
  z.object({ kind: z.literal('token'), key: z.string(), ref: TokenRef }),
  FamilyTarget,
  z.object({ kind: z.literal('subject'), key: z.string(), subject: Principal, cutOffMs: z.number() }),
]);

/** The part of a revocation order that connectors act on; receivers of webhooks get all of it. */
const RevocationOrder = z.object({
  type: z.enum(responseActions),
  timestamp: z.iso.datetime(),
  data: z.object({
    tenant: z.string(),
    target: Target,
    reason: z.string(),
    idempotencyKey: z.string(),
    /** When the credential stops working by itself; null: never; absent: unknown. */
    notAfter: z.iso.datetime().nullish(),
  }),
});
export type RevocationOrder = z.infer<typeof RevocationOrder>;

/** The order in an outbox entry's body; undefined when it is none. */
export function readOrder(body: string): RevocationOrder | undefined {
  try {
    return RevocationOrder.safeParse(JSON.parse(body)).data;
  } catch {
    return undefined;
  }
}
