import * as z from 'zod';
import { id, text } from '../domain/event/primitives.ts';
import { EXTENSION_CHARS_MAX } from '../domain/limits.ts';

const attribute = z.string().min(1).max(EXTENSION_CHARS_MAX);

/** Reverse DNS name, domain, verb and major version of the contract. */
export const eventTypePattern = /^[A-Za-z][A-Za-z0-9-]{0,62}(?:\.[A-Za-z0-9][A-Za-z0-9-]{0,62}){2,10}\.v1$/;

/**
 * The CloudEvents 1.0 envelope. Its own members are strict; extension attributes are open by the
 * specification and are carried along, bounded.
 */
export const Envelope = z
  .object({
    specversion: z.literal('1.0'),
    id,
    source: id,
    type: z.string().min(1).max(255),
    time: z.iso.datetime({ offset: true }),
    subject: text.min(1).optional(),
    datacontenttype: z
      .string()
      .max(255)
      .regex(/^application\/(?:[\w.-]{1,100}\+)?json(?:\s*;.*)?$/)
      .optional(),
    dataschema: attribute.optional(),
    partitionkey: attribute.optional(),
    traceparent: attribute.optional(),
    tracestate: attribute.optional(),
    correlationid: attribute.optional(),
    causationid: attribute.optional(),
    recordedtime: z.iso.datetime({ offset: true }).optional(),
    sequence: attribute.optional(),
    /** Judged by the schema of its own type; `data_base64` is refused as an extension name. */
    data: z.unknown(),
  })
  .catchall(z.union([z.string().max(EXTENSION_CHARS_MAX), z.int(), z.boolean()]));
export type Envelope = z.infer<typeof Envelope>;

/** Attributes with a meaning of their own, in canonical order; everything else is an extension. */
export const contextAttributes: ReadonlySet<string> = new Set(Object.keys(Envelope.shape));

/** CloudEvents allows lower-case letters and digits only, and asks for twenty characters at most. */
export const extensionName = /^[a-z0-9]{1,40}$/;
