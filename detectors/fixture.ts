import * as z from 'zod';
import { Policy } from '../src/domain/policy.ts';

/** One recorded story: what arrives, in order of arrival, and everything the detectors must say of it in the end. */
export const Fixture = z.strictObject({
  name: z.string().min(1),
  policy: Policy.prefault({}),
  /** Who brings the events of a CloudEvents source, and for whom they may speak; all others may speak for anybody. */
  publishers: z
    .record(z.string(), z.strictObject({ name: z.string(), issuers: z.array(z.string()) }))
    .default({}),
  /** CloudEvents in structured mode; those whose source is Chainwarden's own are its own records. */
  events: z.array(z.looseObject({ data: z.looseObject({ type: z.string() }) })).min(1),
  /** All of it: a finding that is not listed is an error, whichever detector made it. */
  expect: z.array(
    z.strictObject({
      detector: z.string(),
      fact: z.string(),
      kind: z.enum(['alert', 'signal']),
      /** The subject's label. */
      subject: z.string().optional(),
    }),
  ),
});
export type Fixture = z.infer<typeof Fixture>;
