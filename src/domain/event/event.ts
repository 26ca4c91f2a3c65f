import * as z from 'zod';
import { callEvents, evidenceEvents, identityEvents } from './call.ts';
import { ownEvents } from './own.ts';
import { schemaRegistry } from './primitives.ts';
import { tokenEvents } from './token.ts';

/** The contract with publishers: one strict, bounded schema per `data.type`. */
export const EventData = z.discriminatedUnion('type', [
  ...tokenEvents,
  ...callEvents,
  ...evidenceEvents,
  ...identityEvents,
  ...ownEvents,
]);
export type EventData = z.infer<typeof EventData>;
export type EventType = EventData['type'];
export type EventOf<T extends EventType> = Extract<EventData, { type: T }>;

schemaRegistry.add(EventData, { id: 'EventData' });

/** `data.type` to its schema. Publishing each under its own name keeps the generated documents readable. */
export const eventSchemas: ReadonlyMap<EventType, z.ZodType<EventData>> = new Map(
  EventData.options.map((schema) => {
    const type = schema.shape.type.value;
    schemaRegistry.add(schema, { id: type });
    return [type, schema as z.ZodType<EventData>];
  }),
);

/** One admitted event: validated, attributed to a tenant and a publisher, ready for the log. */
export interface AdmittedEvent {
  readonly tenant: string;
  /** CloudEvents `source` and `id`: with the tenant, the event's identity. */
  readonly source: string;
  readonly id: string;
  /** Event time, milliseconds since the epoch. */
  readonly timeMs: number;
  readonly data: EventData;
  /** The canonical CloudEvent as JSON text; replay reads it back. */
  readonly text: string;
  /** SHA-256 of `text`, hexadecimal. Of two events with one identity the smaller digest wins. */
  readonly digest: string;
  readonly origin: Origin;
}

/** Who brought the event, as far as it decides how much its links are trusted. */
export interface Origin {
  readonly publisher: string;
  /** The format it came in: `cloudevents` from publishers, otherwise the adapter that translated it. */
  readonly adapter: string;
  /** True when the publisher's own credential is bound to the issuer of the event's token. */
  readonly issuerBound: boolean;
}
