import * as z from 'zod';
import type { AuditEntry, AuditHead } from '../domain/audit.ts';
import { type AuditFault, holdAgainst, walkAudit } from '../domain/audit-check.ts';
import { canonicalJson, sha256 } from '../domain/canonical.ts';
import type { EvidenceKey, EvidencePack } from '../domain/evidence.ts';
import { stepsOf } from './gather.ts';
import { EVIDENCE_FORMAT, sealFaults } from './seal.ts';

export interface Checked {
  /** What is not as it was made: where, and what of it. */
  readonly faults: readonly string[];
  /** What a reader must know to judge the rest. */
  readonly notes: readonly string[];
  /** What was found to be whole. */
  readonly counts: Readonly<Record<string, number>>;
}

export interface CheckOptions {
  /** Known from elsewhere; without one a pack says itself who signed it. */
  readonly key: EvidenceKey | undefined;
  /** Ends of audit chains that were taken at another time. */
  readonly heads: readonly Pick<AuditHead, 'writer' | 'seq' | 'hash'>[];
}

const Digest = z.string();

const Pack = z.strictObject({
  format: z.string(),
  parts: z.record(z.string(), z.unknown()),
  manifest: z.strictObject({ format: z.string(), parts: z.record(z.string(), Digest), key: z.string() }),
  digest: Digest,
  signature: z.strictObject({ alg: z.literal('Ed25519'), key: z.string(), value: z.string() }).optional(),
});

const Entry = z.looseObject({
  writer: z.string(),
  seq: z.int(),
  prevHash: Digest,
  hash: Digest,
  kind: z.string(),
  body: z.record(z.string(), z.unknown()),
});

const Parts = z.looseObject({
  about: z.looseObject({ tenant: z.string(), chainId: z.string(), madeAt: z.string() }),
  events: z.array(z.looseObject({ source: z.string(), id: z.string(), digest: Digest, text: z.string() })),
  responses: z.array(z.looseObject({ id: z.string(), state: z.string() })),
  alerts: z.array(z.looseObject({ id: z.string(), eventIds: z.array(z.string()) })),
  audit: z.looseObject({
    entries: z.array(Entry),
    links: z.array(z.strictObject({ writer: z.string(), seq: z.int(), digest: Digest })),
    heads: z.array(z.strictObject({ writer: z.string(), seq: z.int(), hash: Digest })),
  }),
  cut: z.array(z.looseObject({ part: z.string(), why: z.string() })),
});
type Parts = z.infer<typeof Parts>;

/** Whether a value is meant to be an evidence pack, however damaged. */
export function isEvidence(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'manifest' in value && 'parts' in value;
}

/** Checks a pack by itself: seal, events, audit. Needs nothing but the pack, and no network. */
export function checkEvidence(value: unknown, options: CheckOptions): Checked {
  const pack = Pack.safeParse(value);
  if (!pack.success) return broken(pack.error);
  const faults = [...sealFaults(pack.data as EvidencePack, options.key)];
  const parts = Parts.safeParse(pack.data.parts);
  if (!parts.success) return { ...broken(parts.error), faults: [...faults, ...broken(parts.error).faults] };
  const { events, audit, cut } = parts.data;
  faults.push(...eventFaults(parts.data), ...auditFaults(parts.data, options.heads));
  const notes = [
    ...signerNotes(pack.data as EvidencePack, options.key),
    ...cut.map(({ part, why }) => `parts.${part} is cut: ${why}`),
    ...unproven(parts.data),
  ];
  return {
    faults,
    notes,
    counts: {
      parts: Object.keys(pack.data.parts).length,
      events: events.length,
      'audit entries': audit.entries.length,
    },
  };
}

function broken({ issues: [issue] }: z.ZodError): Checked {
  const where = issue?.path.join('.') ?? '';
  const what = issue?.message ?? 'it is not what it should be';
  return { faults: [`${where === '' ? EVIDENCE_FORMAT : where}: ${what}`], notes: [], counts: {} };
}

/** An event's digest is of its text, and what stands beside the text is what the text says. */
function eventFaults({ events }: Parts): readonly string[] {
  return events.flatMap(({ source, id, digest, text }, index) => {
    const where = `parts.events.${index} (${id})`;
    if (sha256(text) !== digest) return [`${where}: its digest is not of its text`];
    const said = named(text);
    return said?.id === id && said.source === source ? [] : [`${where}: its text is of another event`];
  });
}

function named(text: string): { readonly id?: unknown; readonly source?: unknown } | undefined {
  try {
    return JSON.parse(text) as { id?: unknown; source?: unknown };
  } catch {
    return undefined;
  }
}

function auditFaults({ audit, about }: Parts, seen: CheckOptions['heads']): readonly string[] {
  const entries = audit.entries as unknown as readonly AuditEntry[];
  const writers = new Set([...entries, ...audit.links, ...audit.heads].map(({ writer }) => writer));
  const faults = [...writers].flatMap((writer): readonly AuditFault[] => {
    const steps = stepsOf(writer, { entries, links: audit.links });
    const [first] = steps;
    if (first === undefined || !('prevHash' in first)) {
      return [{ writer, seq: first?.seq ?? 0, what: 'the first of a chain must be an entry' }];
    }
    const walk = walkAudit(writer, steps, { seq: first.seq - 1, hash: first.prevHash });
    const own = audit.heads.filter((head) => head.writer === writer);
    // Of an end from elsewhere that lies before or behind what the pack shows, nothing can be said.
    const elsewhere = seen.filter((head) => head.writer === writer && walk.hashes.has(head.seq));
    const held = [...own, ...elsewhere].flatMap((head) => holdAgainst(walk, head) ?? []);
    const missing = own.length === 1 ? [] : [{ writer, seq: 0, what: 'its end is missing' }];
    return [...walk.faults, ...held, ...missing];
  });
  const strangers = entries.filter(({ tenant }) => tenant !== about.tenant);
  return [
    ...faults.map(({ writer, seq, what }) => `parts.audit (${writer}, entry ${seq}): ${what}`),
    ...strangers.map(({ writer, seq }) => `parts.audit (${writer}, entry ${seq}): it is of another tenant`),
  ];
}

function signerNotes({ manifest }: EvidencePack, pinned: EvidenceKey | undefined): readonly string[] {
  if (manifest.key === '') return ['nobody signed it: it shows what was changed by accident, and no more'];
  if (pinned !== undefined) return [];
  return [`signed by ${manifest.key}: compare that with the service's key, or give it with --key`];
}

/** Rows that the audit does not tell of: they rest on the signature alone. */
function unproven({ responses, audit, alerts, events }: Parts): readonly string[] {
  const told = new Set(
    audit.entries.flatMap(({ kind, body }) => (kind === 'response.state' ? canonicalJson(body) : [])),
  );
  const untold = responses.filter((row) => !told.has(canonicalJson(row))).length;
  const ids = new Set(events.map(({ id }) => id));
  const absent = new Set(alerts.flatMap(({ eventIds }) => eventIds.filter((id) => !ids.has(id)))).size;
  return [
    ...(untold === 0 ? [] : [`${untold} of ${responses.length} response rows are not in the audit`]),
    ...(absent === 0 ? [] : [`${absent} events that alerts name are not in it`]),
  ];
}
