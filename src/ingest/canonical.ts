import { hash } from 'node:crypto';
import type { EventData } from '../domain/event/index.ts';
import { contextAttributes, type Envelope } from './envelope.ts';

const hexDigest = /^sha256:[0-9a-f]{64}$/i;

/** `sha256:` with 64 hexadecimal digits becomes `sha256:` with 43 of base64url; anything else stays. */
function normaliseDigest(value: string): string {
  if (value.length !== 71 || !hexDigest.test(value)) return value;
  return `sha256:${Buffer.from(value.slice(7), 'hex').toString('base64url')}`;
}

type FreeMap = Record<string, unknown>;

/**
 * Brings freshly parsed data into its one form, in place: digests in base64url, members of free maps sorted
 * (the schemas already put all others in their own order), purposes hashed unless they may be kept.
 */
export function normalise(data: EventData, keepPurpose: boolean): void {
  if ('token' in data) normaliseRef(data.token);
  if (data.task?.purpose !== undefined && !keepPurpose) data.task.purpose = hashText(data.task.purpose);
  switch (data.type) {
    case 'token.issued':
    case 'token.exchanged':
      for (const parent of data.parents ?? []) normaliseRef(parent);
      if (data.type === 'token.exchanged') normaliseRef(data.actorToken);
      if (data.authorizationDetails !== undefined) {
        data.authorizationDetails = sortedJson(data.authorizationDetails) as typeof data.authorizationDetails;
      }
      break;
    case 'token.refreshed':
      normaliseRef(data.previous);
      break;
    case 'tool.invoked':
    case 'tool.completed':
    case 'tool.denied':
      if (data.argsHash !== undefined) data.argsHash = normaliseDigest(data.argsHash);
      if (data.tool.annotations !== undefined) data.tool.annotations = sorted(data.tool.annotations);
      break;
    case 'system.changed':
      if (data.beforeHash !== undefined) data.beforeHash = normaliseDigest(data.beforeHash);
      if (data.afterHash !== undefined) data.afterHash = normaliseDigest(data.afterHash);
      break;
    case 'policy.decision':
      for (const part of [data.subject, data.action, data.resource]) {
        if (part.properties !== undefined) part.properties = sorted(part.properties);
      }
      break;
    default:
      if (!('binds' in data)) break;
      for (const bind of data.binds) {
        if (bind.argsHash !== undefined) bind.argsHash = normaliseDigest(bind.argsHash);
      }
  }
}

/** The parts of an event whose member names the sender chooses. */
export function freeMaps(data: EventData): readonly unknown[] {
  switch (data.type) {
    case 'token.issued':
    case 'token.exchanged':
      return data.authorizationDetails ?? [];
    case 'tool.invoked':
    case 'tool.completed':
    case 'tool.denied':
      return data.tool.annotations === undefined ? [] : [data.tool.annotations];
    case 'policy.decision':
      return [data.subject.properties, data.action.properties, data.resource.properties];
    default:
      return [];
  }
}

/**
 * The canonical CloudEvent: context attributes in a fixed order, extensions sorted, then data. The content type
 * is left out, because transports disagree on stating it and data is always JSON.
 */
export function canonicalText(envelope: Envelope, data: EventData): string {
  const { specversion, id, source, type, time } = envelope;
  // A literal, because an object that is filled by name costs twice as much to write.
  const attributes = {
    specversion,
    id,
    source,
    type,
    time,
    subject: envelope.subject,
    dataschema: envelope.dataschema,
    partitionkey: envelope.partitionkey,
    traceparent: envelope.traceparent,
    tracestate: envelope.tracestate,
    correlationid: envelope.correlationid,
    causationid: envelope.causationid,
    recordedtime: envelope.recordedtime,
    sequence: envelope.sequence,
  };
  const extensions = extensionsOf(envelope);
  if (extensions.length === 0) return JSON.stringify({ ...attributes, data });
  const extra = Object.fromEntries(extensions.map((name) => [name, envelope[name]]));
  return JSON.stringify({ ...attributes, ...extra, data });
}

/** Names of the extension attributes, sorted. */
export function extensionsOf(envelope: Envelope): string[] {
  return Object.keys(envelope)
    .filter((name) => !contextAttributes.has(name))
    .sort(compare);
}

export function digestOf(text: string): string {
  return hash('sha256', text, 'hex');
}

function normaliseRef(ref: { hash?: string | undefined } | undefined): void {
  if (ref?.hash !== undefined) ref.hash = normaliseDigest(ref.hash);
}

function hashText(value: string): string {
  if (/^sha256:[A-Za-z0-9_-]{43}$/.test(value)) return value;
  return `sha256:${hash('sha256', value, 'base64url')}`;
}

/** By code unit: the order must not depend on a locale. */
function compare(a: string, b: string): number {
  return a < b ? -1 : 1;
}

function sorted<T extends FreeMap>(map: T): T {
  return Object.fromEntries(Object.entries(map).sort(([a], [b]) => compare(a, b))) as T;
}

/** A copy that holds what its JSON text would hold, members sorted at every level. */
function sortedJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (_, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? sorted(member as FreeMap)
      : member,
  );
}
