import * as z from 'zod';
import { POLICY_ROWS_MAX } from '../limits.ts';
import { pattern } from './primitives.ts';

const text = z.string().min(1).max(512);
export const detectorId = z.string().regex(/^[a-z][a-z0-9-]{1,63}$/);

/** Draft: runs in its tests only. Shadow: finds and counts, and pages nobody. Live: as the catalogue says. */
export const detectorModes = ['draft', 'shadow', 'live'] as const;
export type DetectorMode = (typeof detectorModes)[number];

/**
 * What a detector says of these does not page, until then. Counted and listed all the same. Every member of `scope`
 * that is there must fit.
 */
export const Exception = z.strictObject({
  id: z.string().regex(/^[a-zA-Z0-9][a-zA-Z0-9._-]{0,63}$/),
  detector: detectorId,
  scope: z
    .strictObject({
      fact: text.optional(),
      /** Over the subject's key or label. */
      subject: pattern.optional(),
      actor: pattern.optional(),
      initiator: pattern.optional(),
      target: pattern.optional(),
      environment: pattern.optional(),
      txn: pattern.optional(),
    })
    .refine((scope) => Object.keys(scope).length > 0, 'an exception for everything is a detector turned off'),
  owner: text,
  reason: text,
  ticket: text,
  /** Event time: what happens later is no exception. */
  expires: z.iso.datetime({ offset: true }),
});
export type Exception = z.infer<typeof Exception>;

export const detection = {
  /** By detector id. */
  detectors: z
    .record(
      detectorId,
      z.strictObject({
        mode: z.enum(detectorModes).optional(),
        /** The detector's own settings; each knows its own. */
        config: z.record(z.string(), z.json()).optional(),
      }),
    )
    .default({}),
  exceptions: z
    .array(Exception)
    .max(POLICY_ROWS_MAX)
    .refine((all) => new Set(all.map(({ id }) => id)).size === all.length, 'two exceptions have one id')
    .default([]),
};
