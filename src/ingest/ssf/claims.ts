import * as z from 'zod';
import { ID_CHARS_MAX } from '../../domain/limits.ts';

/** One token tells one thing, in a few words of different vocabularies at most. */
const EVENTS_PER_TOKEN_MAX = 8;

/** Seconds since the epoch; the upper bound is the year 2200. */
const seconds = z.number().min(0).max(7_258_118_400);

/** What is read of a security event token (RFC 8417 section 2.2; Shared Signals 1.0 section 4). */
export const SetClaims = z.looseObject({
  iss: z.string().min(1).max(ID_CHARS_MAX),
  jti: z.string().min(1).max(ID_CHARS_MAX),
  iat: seconds,
  /** When it happened. */
  toe: seconds.optional(),
  sub_id: z.unknown().optional(),
  events: z
    .record(z.string().max(ID_CHARS_MAX), z.looseObject({}))
    .refine((value) => Object.keys(value).length > 0, 'no event')
    .refine((value) => Object.keys(value).length <= EVENTS_PER_TOKEN_MAX, 'too many events'),
});
export type SetClaims = z.infer<typeof SetClaims>;
