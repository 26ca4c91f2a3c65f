import * as z from 'zod';
import type { AuditEntry } from '../domain/audit.ts';
import { type AuditStart, auditBeginning, holdAgainst, walkAudit } from '../domain/audit-check.ts';
import type { Checked, CheckOptions } from './check.ts';

const Entry = z.looseObject({
  tenant: z.string(),
  writer: z.string(),
  seq: z.int().min(1),
  prevHash: z.string(),
  hash: z.string(),
});

/** Checks exported entries, in the order in which they stand: each writer's from its first, or behind a known end. */
export function checkAudit(values: readonly unknown[], { heads }: Pick<CheckOptions, 'heads'>): Checked {
  const faults: string[] = [];
  const notes: string[] = [];
  const chains = new Map<string, AuditEntry[]>();
  for (const [index, value] of values.entries()) {
    const entry = Entry.safeParse(value);
    if (!entry.success) {
      faults.push(`line ${index + 1}: it is no audit entry`);
      continue;
    }
    const { writer } = entry.data;
    const chain = chains.get(writer) ?? [];
    chains.set(writer, chain);
    chain.push(entry.data as unknown as AuditEntry);
  }
  for (const [writer, entries] of chains) {
    const seen = heads.filter((head) => head.writer === writer);
    const first = entries[0]?.seq ?? 1;
    const start: AuditStart | undefined =
      first === 1 ? auditBeginning : seen.find(({ seq }) => seq === first - 1);
    if (start === undefined)
      faults.push(`${writer}: it begins at entry ${first}: what came before is missing`);
    const walk = walkAudit(writer, entries, start ?? { seq: first - 1, hash: entries[0]?.prevHash ?? '' });
    const held = seen.flatMap((head) => holdAgainst(walk, head) ?? []);
    faults.push(...[...walk.faults, ...held].map(({ seq, what }) => `${writer}, entry ${seq}: ${what}`));
    const end = entries.at(-1);
    notes.push(`${writer} ends at entry ${end?.seq} with ${end?.hash}`);
  }
  for (const { writer, seq } of heads) {
    if (!chains.has(writer)) notes.push(`${writer}: the head saw ${seq} entries; none is here`);
  }
  return { faults, notes, counts: { 'audit entries': values.length, chains: chains.size } };
}
