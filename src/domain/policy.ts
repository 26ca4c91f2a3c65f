import * as z from 'zod';
import { ALLOWED_LATENESS_MS, CLOCK_SKEW_MS, FEED_SILENCE_MS } from './limits.ts';

const pattern = z.string().min(1).max(512);
const seconds = z.int().min(0).max(31_536_000);

/** A scope dialect for the tokens of one issuer: how two scope values are compared (first match wins). */
const ScopeRule = z.strictObject({
  issuer: pattern,
  dialect: z.enum(['exact', 'hierarchical']),
  /** hierarchical only: what separates the segments. */
  separator: z.string().min(1).max(3).default(':'),
  /** hierarchical only: `repo` covers `repo:read` (prefix), or `read:repo` is covered by `repo` (suffix). */
  direction: z.enum(['prefix', 'suffix']).default('prefix'),
});

/** What the organisation expects and forbids. Every member has a default: no file is a valid policy. */
export const Policy = z.strictObject({
  version: z.literal(1).default(1),
  /** Feeds that log everything they do. Absence is judged only against these, and only while they are alive. */
  expects: z
    .strictObject({
      issuers: z.array(pattern).max(256).default([]),
      /** A feed that says nothing for longer is silent: reported once, and nothing is judged by it meanwhile. */
      silenceSeconds: z
        .int()
        .min(60)
        .max(31 * 86_400)
        .default(FEED_SILENCE_MS / 1000),
    })
    .prefault({}),
  /** Actions behind which a person must stand: patterns over `tool:<name>` and `<system>:<action>`; `*` matches any run. */
  humanRequired: z.array(pattern).max(256).default([]),
  scopes: z.array(ScopeRule).max(256).default([]),
  /** Effects of tools and API actions where the event does not say: pattern to effect, first match wins. */
  effects: z
    .array(z.strictObject({ action: pattern, effect: z.enum(['read', 'write', 'delete', 'admin']) }))
    .max(1_024)
    .default([]),
  fanOut: z
    .strictObject({
      childrenPerToken: z.int().min(1).default(50),
      targetsPerChain: z.int().min(1).default(100),
      toolsPerChain: z.int().min(1).default(60),
      targetsPerPrincipalHour: z.int().min(1).default(400),
      toolsPerPrincipalHour: z.int().min(1).default(120),
    })
    .prefault({}),
  clocks: z
    .strictObject({
      skewSeconds: seconds.default(CLOCK_SKEW_MS / 1000),
      latenessSeconds: seconds.default(ALLOWED_LATENESS_MS / 1000),
      /** Until a resource server has heard of a revocation. */
      revocationPropagationSeconds: seconds.default(60),
    })
    .prefault({}),
});
export type Policy = z.infer<typeof Policy>;

export const defaultPolicy: Policy = Policy.parse({});

/** `*` stands for any run of characters; everything else for itself. Linear, no backtracking explosion. */
export function matchesPattern(glob: string, value: string): boolean {
  const parts = glob.split('*');
  const [first = ''] = parts;
  if (parts.length === 1) return glob === value;
  const last = parts[parts.length - 1] ?? '';
  if (!value.startsWith(first)) return false;
  let at = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = value.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return value.length - last.length >= at && value.endsWith(last);
}
