import * as z from 'zod';

export const ConsoleConfig = z.strictObject({
  /** Where browsers reach the console, when that is not where it listens: behind a proxy that speaks https. */
  publicUrl: z.url({ protocol: /^https?$/ }).optional(),
});
export type ConsoleConfig = z.infer<typeof ConsoleConfig>;
