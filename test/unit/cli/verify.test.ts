import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { AUDIT_GENESIS, type AuditEntry, chainAudit } from '../../../src/domain/audit.ts';
import type { EvidencePack } from '../../../src/domain/evidence.ts';
import { evidenceKey } from '../../../src/evidence/index.ts';
import { aDraft } from '../audit/memory.ts';
import { aPack, publicKey } from '../evidence/support.ts';
import { chainwarden, temporaryFolder } from './support.ts';

const folder = temporaryFolder();

function write(name: string, content: unknown): string {
  const file = join(folder, name);
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content, null, 2));
  return file;
}

const key = write('key.pem', evidenceKey(publicKey).pem);
let pack: EvidencePack;
beforeAll(async () => {
  pack = await aPack();
});

describe('verify of an evidence pack', () => {
  it('is content with what is as it was made, by a key as PEM and as the service tells it', async () => {
    const file = write('pack.json', pack);
    const answer = write('key.json', evidenceKey(publicKey));
    for (const pinned of [key, answer]) {
      expect(await chainwarden(['verify', file, '--key', pinned])).toEqual({
        code: 0,
        out: `${file} is as it was made: 16 parts, 2 events, 5 audit entries\n`,
        err: '',
      });
    }
    const unpinned = await chainwarden(['verify', file]);
    expect(unpinned.code).toBe(0);
    expect(unpinned.err).toMatch(/^note: signed by sha256:[\w-]{43}: compare that with the service's key/);
  });

  it('names each part that was changed, and exits with 1', async () => {
    const [alert] = pack.parts['alerts'] as [object];
    const file = write('changed.json', {
      ...pack,
      parts: { ...pack.parts, alerts: [{ ...alert, severity: 'low' }], extra: 1 },
    });
    const { code, out } = await chainwarden(['verify', file, '--key', key]);
    expect({ code, out }).toEqual({
      code: 1,
      out: 'parts.alerts: it was changed\nparts.extra: it is not in the manifest\n',
    });
  });

  it('is not content with another signer than the pinned one', async () => {
    const other = generateKeyPairSync('ed25519');
    const file = write('forged.json', await aPack({ key: other.privateKey }));
    const { code, out } = await chainwarden(['verify', file, '--key', key]);
    expect({ code, lines: out.split('\n').length }).toEqual({ code: 1, lines: 2 });
    expect(out).toMatch(/^signature: it was to be signed by sha256:/);
  });
});

describe('verify of an export of the audit', () => {
  const drafts = ['a', 'b', 'c', 'd'].map((id) => aDraft(id));
  const entries = chainAudit({ writer: 'w_1', seq: 0, hash: AUDIT_GENESIS }, drafts);
  const headOf = (seq: number) => write(`head-${seq}.json`, { items: [entries[seq - 1]] });
  const lines = (some: readonly AuditEntry[]) => some.map((entry) => `${JSON.stringify(entry)}\n`).join('');

  it('takes pages as the API gives them, and lines', async () => {
    for (const content of [{ items: entries }, lines(entries), entries.slice(0, 1)[0]]) {
      const { code, out, err } = await chainwarden(['verify', write('audit.json', content)]);
      expect({ code, err }).toEqual({
        code: 0,
        err: expect.stringMatching(/^note: w_1 ends at entry \d with/),
      });
      expect(out).toContain('audit entries, 1 chains');
    }
  });

  it('finds what is missing at either end', async () => {
    const late = write('late.ndjson', lines(entries.slice(2)));
    expect(await chainwarden(['verify', late])).toMatchObject({
      code: 1,
      out: 'w_1: it begins at entry 3: what came before is missing\n',
    });
    expect((await chainwarden(['verify', late, '--head', headOf(2)])).code).toBe(0);
    const early = write('early.ndjson', lines(entries.slice(0, 2)));
    expect((await chainwarden(['verify', early])).code).toBe(0);
    expect(await chainwarden(['verify', early, '--head', headOf(4)])).toMatchObject({
      code: 1,
      out: 'w_1, entry 4: the chain ends at 2: what the head saw is cut off\n',
    });
    const elsewhere = write('elsewhere.json', { items: [{ writer: 'w_9', seq: 7, hash: 'x' }] });
    const noted = await chainwarden(['verify', early, '--head', elsewhere]);
    expect(noted.err).toContain('note: w_9: the head saw 7 entries; none is here\n');
  });

  it('finds what was changed, and lines that are none', async () => {
    const [first, second, third] = entries as [AuditEntry, AuditEntry, AuditEntry];
    const changed = [first, { ...second, actor: 'mallory' }, third];
    expect(await chainwarden(['verify', write('changed.ndjson', lines(changed))])).toMatchObject({
      code: 1,
      out: 'w_1, entry 2: its content is not what its hash was made of\n',
    });
    const mixed = `${lines([first])}{"writer":"w_1"}\n`;
    expect((await chainwarden(['verify', write('mixed.ndjson', mixed)])).out).toBe(
      'line 2: it is no audit entry\n',
    );
  });
});

/** A pack that no walk over its parts survives. */
function deep(): string {
  const levels = 100_000;
  const text = `${'['.repeat(levels)}${']'.repeat(levels)}`;
  return JSON.stringify({ ...pack, parts: { ...pack.parts, policy: '<here>' } }).replace('"<here>"', text);
}

describe('verify of something else', () => {
  it.each([
    ['a file that is not there', () => join(folder, 'absent')],
    ['no JSON', () => write('text', 'what?\n')],
    ['other JSON', () => write('other.json', { items: [1] })],
    ['other lines', () => write('other.ndjson', '{}\n{}\n')],
    ['nothing', () => write('empty', '')],
    ['a pack of a hundred thousand levels', () => write('deep.json', deep())],
  ])('%s: exits with 3 and one sentence', async (_, file) => {
    const { code, out, err } = await chainwarden(['verify', file()]);
    expect({ code, out }).toEqual({ code: 3, out: '' });
    expect(err).toMatch(/^[^\n]+\n$/);
  });

  it('is refused when the key or the head is none', async () => {
    const file = write('pack.json', pack);
    expect(await chainwarden(['verify', file, '--key', file])).toMatchObject({
      code: 2,
      err: `${file} holds no Ed25519 public key\n`,
    });
    expect(await chainwarden(['verify', file, '--head', key])).toMatchObject({
      code: 2,
      err: `${key} holds no ends of an audit\n`,
    });
    expect((await chainwarden(['verify'])).code).toBe(2);
  });
});
