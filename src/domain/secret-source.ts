import * as z from 'zod';

/** Where a secret is: never in the configuration itself, which is shown, logged and committed. */
export const SecretSource = z.union([
  z.strictObject({ env: z.string().min(1).max(128) }),
  z.strictObject({ file: z.string().min(1).max(1_024) }),
]);
export type SecretSource = z.infer<typeof SecretSource>;
