import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  AUDIT_GENESIS,
  type AuditDraft,
  type AuditEntry,
  auditDigest,
  auditKinds,
  chainAudit,
} from './audit.ts';
import { holdAgainst, walkAudit } from './audit-check.ts';
import { canonicalJson } from './canonical.ts';

const beginning = { writer: 'w', seq: 0, hash: AUDIT_GENESIS };

const drafts: fc.Arbitrary<AuditDraft[]> = fc.array(
  fc.record({
    tenant: fc.constantFrom('acme', 'rival'),
    id: fc.uuid(),
    kind: fc.constantFrom(...auditKinds),
    atMs: fc.nat(),
    actor: fc.string(),
    subjectId: fc.string(),
    about: fc.array(fc.string(), { maxLength: 3 }),
    body: fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 })) as fc.Arbitrary<AuditDraft['body']>,
  }),
  { minLength: 2, maxLength: 8 },
);
const chains = drafts.map((list) => chainAudit(beginning, list));

const faultsOf = (entries: readonly AuditEntry[]) => walkAudit('w', entries).faults;

/** Something else of the same shape. */
function other(value: unknown): unknown {
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'string') return `${value}x`;
  if (Array.isArray(value)) return [...value, 'x'];
  return { ...(value as object), more: 1 };
}

describe('a chain of entries', () => {
  it('is whole as it was made, and as JSON brings it back', () => {
    fc.assert(
      fc.property(chains, (entries) => {
        expect(faultsOf(entries)).toEqual([]);
        expect(faultsOf(JSON.parse(JSON.stringify(entries)))).toEqual([]);
      }),
    );
  });

  it('shows every change of every member of any entry', () => {
    fc.assert(
      fc.property(chains, fc.nat(), fc.nat(), (entries, at, member) => {
        const index = at % entries.length;
        const entry = entries[index] as AuditEntry;
        const names = Object.keys(entry) as (keyof AuditEntry)[];
        const name = names[member % names.length] as keyof AuditEntry;
        const changed = entries.with(index, { ...entry, [name]: other(entry[name]) });
        expect(faultsOf(changed)).not.toEqual([]);
      }),
    );
  });

  it('shows what was taken out, put in twice, or moved', () => {
    fc.assert(
      fc.property(chains, fc.nat(), fc.nat(), (entries, a, b) => {
        const [i, j] = [a % (entries.length - 1), b % entries.length];
        expect(faultsOf(entries.toSpliced(i, 1))).not.toEqual([]);
        expect(faultsOf(entries.toSpliced(j, 0, entries[j] as AuditEntry))).not.toEqual([]);
        const swapped = entries.with(i, entries[i + 1] as AuditEntry).with(i + 1, entries[i] as AuditEntry);
        expect(faultsOf(swapped)).not.toEqual([]);
      }),
    );
  });

  it('shows a tail that is cut off or written anew, when its head was seen', () => {
    fc.assert(
      fc.property(chains, fc.nat(), (entries, at) => {
        const head = entries.at(-1) as AuditEntry;
        expect(holdAgainst(walkAudit('w', entries), head)).toBeUndefined();
        const kept = entries.slice(0, at % entries.length);
        expect(holdAgainst(walkAudit('w', kept), head)?.what).toContain('cut off');
        const forged = chainAudit(kept.at(-1) ?? beginning, entries.slice(kept.length).map(retold));
        expect(faultsOf([...kept, ...forged])).toEqual([]);
        expect(holdAgainst(walkAudit('w', [...kept, ...forged]), head)?.what).toContain('another entry');
      }),
    );
  });

  it('can be followed by digests alone, where entries may not be shown', () => {
    fc.assert(
      fc.property(chains, fc.func(fc.boolean()), (entries, hides) => {
        const steps = entries.map((entry) =>
          hides(entry.seq) ? { writer: 'w', seq: entry.seq, digest: auditDigest(entry) } : entry,
        );
        const walk = walkAudit('w', steps);
        expect(walk.faults).toEqual([]);
        expect(holdAgainst(walk, entries.at(-1) as AuditEntry)).toBeUndefined();
      }),
    );
  });
});

const retold = (entry: AuditEntry): AuditEntry => ({ ...entry, actor: `${entry.actor}x` });

describe('canonical JSON', () => {
  it('sorts members by code unit, leaves out what is undefined, and says the same of what comes back', () => {
    // The example of RFC 8785, section 3.2.3, as far as its members go.
    const value = { '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\ud83d\ude00': 5, '\u0080': 6, '\u00f6': 7 };
    expect(Object.values(JSON.parse(canonicalJson(value)) as object)).toHaveLength(7);
    expect(canonicalJson(value)).toBe('{"\\r":2,"1":4,"\u0080":6,"ö":7,"€":1,"😀":5,"\ufb33":3}');
    expect(canonicalJson({ b: undefined, a: [undefined, 1e21, -0, 'ü\ud800'] })).toBe(
      '{"a":[null,1e+21,0,"ü\\ud800"]}',
    );
    fc.assert(
      fc.property(fc.jsonValue(), (json) => {
        expect(canonicalJson(JSON.parse(JSON.stringify(json)))).toBe(canonicalJson(json));
        expect(JSON.parse(canonicalJson(json))).toEqual(JSON.parse(JSON.stringify(json)));
      }),
    );
  });
});
