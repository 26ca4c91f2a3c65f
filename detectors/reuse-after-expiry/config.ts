import * as z from 'zod';

/** Which revocations take authority away, rather than give it back (a logout) or pass it on (a rotation). */
export const ReuseConfig = z.strictObject({
  /** Beginnings of words in a revocation's reason after which a use may page. */
  pagingReasons: z
    .array(z.string().min(3).max(64))
    .max(64)
    .default(['admin', 'compromis', 'expos', 'fraud', 'leak', 'polic', 'secur', 'stolen', 'theft']),
  /** Beginnings of words in the reason of a revocation that only replaced a token: its descendants stay good. */
  replacingReasons: z
    .array(z.string().min(3).max(64))
    .max(64)
    .default(['refresh', 'renew', 'replac', 'rotat', 'supersed']),
});
export type ReuseConfig = z.infer<typeof ReuseConfig>;
