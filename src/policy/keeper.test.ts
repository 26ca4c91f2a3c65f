import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { POLICY_BYTES_MAX } from '../domain/limits.ts';
import type { PolicyDocument } from '../domain/policy/document.ts';
import { defaultPolicy } from '../domain/policy.ts';
import { createPolicyKeeper, firstReading } from './keeper.ts';
import { type PinnedKey, readPublicKey, signPolicy } from './signature.ts';

const folder = mkdtempSync(join(tmpdir(), 'chainwarden-policy-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const path = join(folder, 'policy.yaml');
function becomeFolder(): void {
  rmSync(path);
  mkdirSync(path);
}

const write = (text: string | Uint8Array): void => writeFileSync(path, text);

/** A keeper over the file as it is, and everything that it said and did. */
async function keeper(keys: readonly PinnedKey[] = [], put: () => Promise<void> = async () => undefined) {
  const said: string[] = [];
  const documents: PolicyDocument[] = [];
  let nowMs = 1_000;
  const file = { path, keys, detectors: [], clock: () => nowMs };
  const { version } = await firstReading(file);
  const kept = createPolicyKeeper({
    ...file,
    status: { policy: defaultPolicy, document: undefined, warnings: [], refused: undefined },
    version,
    async put(policy, document) {
      await put();
      documents.push(document);
      said.push(`put ${policy.name}`);
    },
    observer: {
      loaded: ({ policy }) => said.push(`loaded ${policy.name}`),
      refused: ({ errors }) => said.push(`refused ${errors[0]?.message}`),
      unchanged: () => said.push('unchanged'),
      postponed: (error) => said.push(`postponed ${String(error)}`),
    },
  });
  return { ...kept, status: () => kept.status, said, documents, wait: (ms: number) => (nowMs += ms) };
}

beforeEach(() => {
  rmSync(path, { recursive: true, force: true });
  rmSync(`${path}.sig`, { force: true });
  write('name: one\n');
});

describe('a policy that is followed', () => {
  it('is taken once two looks have seen the same', async () => {
    const { look, said, documents } = await keeper();
    await look();
    await look();
    expect(said).toEqual([]);
    write('name: t');
    await look();
    write('name: two\n');
    await look();
    expect(said).toEqual([]);
    await look();
    await look();
    expect(said).toEqual(['put two', 'loaded two']);
    expect(documents).toMatchObject([{ origin: 'file', text: 'name: two\n', atMs: 1_000 }]);
  });

  it('is taken at once when somebody says so, and not twice', async () => {
    const { look, reload, said } = await keeper();
    write('name: two\n');
    await Promise.all([look(), reload(), reload()]);
    expect(said).toEqual(['put two', 'loaded two', 'unchanged']);
    await look();
    await look();
    expect(said).toHaveLength(3);
  });

  it('is refused once, however often it is looked at, and the one before stays', async () => {
    const { look, reload, said, status, wait } = await keeper();
    await reload();
    wait(500);
    write('nmae: three\n');
    for (let i = 0; i < 5; i += 1) await look();
    expect(said).toEqual(['put one', 'loaded one', 'refused unknown member "nmae"; did you mean "name"?']);
    expect(status()).toMatchObject({
      policy: { name: 'one' },
      document: { atMs: 1_000 },
      refused: { atMs: 1_500, errorCount: 1 },
    });
    write('name: one\n');
    await look();
    await look();
    expect(said.at(-1)).toBe('unchanged');
    expect(status().refused).toBeUndefined();
  });

  it('is offered again to a log that is full', async () => {
    let full = true;
    const { look, said, status } = await keeper([], async () => {
      if (full) throw new Error('full');
    });
    write('name: two\n');
    for (let i = 0; i < 3; i += 1) await look();
    expect(said).toEqual(['postponed Error: full', 'postponed Error: full']);
    expect(status().policy).toBe(defaultPolicy);
    full = false;
    await look();
    expect(said.slice(2)).toEqual(['put two', 'loaded two']);
  });

  it('may have other warnings on another day', async () => {
    const expiring =
      'changeFreezes: [{ during: { from: "1970-01-01T00:00:00Z", to: "1970-01-01T00:00:02Z" } }]\n';
    write(expiring);
    const { reload, said, status, wait } = await keeper();
    await reload();
    expect(status().warnings).toEqual([]);
    wait(1_000);
    await reload();
    expect(said.at(-1)).toBe('unchanged');
    expect(status().warnings).toHaveLength(1);
  });

  it.each<[string, () => void, RegExp]>([
    ['is gone', () => rmSync(path), /^refused there is no such file$/],
    ['is a folder', becomeFolder, /^refused this is no regular file$/],
    ['is empty', () => write(''), /^refused the document is empty/],
    [
      'is no text',
      () => write(new Uint8Array([0x23, 0xff, 0x0a])),
      /^refused the document is no UTF-8 text$/,
    ],
    [
      'is too large',
      () => write(`# ${'x'.repeat(POLICY_BYTES_MAX)}`),
      /^refused the file is larger than 512 KiB$/,
    ],
  ])('stays when the file %s', async (_, breakIt, why) => {
    const { reload, said, status } = await keeper();
    await reload();
    breakIt();
    await reload();
    expect(said.at(-1)).toMatch(why);
    expect(status().policy.name).toBe('one');
  });
});

describe('a policy that has to be signed', () => {
  const pairs = [generateKeyPairSync('ed25519'), generateKeyPairSync('ed25519')] as const;
  const pinned = pairs.map(({ publicKey }) =>
    readPublicKey(publicKey.export({ type: 'spki', format: 'pem' }).toString()),
  );
  const sign = (text: string, by = 0): void =>
    writeFileSync(`${path}.sig`, signPolicy(Buffer.from(text), (pairs[by] ?? pairs[0]).privateKey));

  it.each<[string, () => void]>([
    ['nothing', () => undefined],
    ['an empty file', () => writeFileSync(`${path}.sig`, '')],
    ['noise', () => writeFileSync(`${path}.sig`, 'x'.repeat(64))],
    ['another key', () => sign('name: one\n', 1)],
    ['other bytes', () => sign('name: one \n')],
    ['a folder', () => mkdirSync(`${path}.sig`)],
  ])('is not taken with %s beside it', async (_, beside) => {
    beside();
    const { reload, said, documents } = await keeper(pinned.slice(0, 1));
    await reload();
    expect(said).toEqual([
      expect.stringMatching(/^refused (?:a key is pinned|the signature is not one of these bytes)/),
    ]);
    expect(documents).toEqual([]);
    rmSync(`${path}.sig`, { recursive: true, force: true });
  });

  it('is taken from any key that is pinned, whose name goes with it; another signer makes another document', async () => {
    sign('name: one\n', 1);
    const { reload, said, documents } = await keeper(pinned);
    await reload();
    sign('name: one\n', 0);
    await reload();
    await reload();
    expect(said).toEqual(['put one', 'loaded one', 'put one', 'loaded one', 'unchanged']);
    expect(documents.map(({ signedBy }) => signedBy)).toEqual([
      pinned[1]?.fingerprint,
      pinned[0]?.fingerprint,
    ]);
  });

  it('takes the raw signature that other tools write', async () => {
    const text = 'name: one\n';
    writeFileSync(`${path}.sig`, Buffer.from(signPolicy(Buffer.from(text), pairs[0].privateKey), 'base64'));
    const { reload, said } = await keeper(pinned);
    await reload();
    expect(said).toEqual(['put one', 'loaded one']);
  });

  it('reads keys as PEM or as the base64 between its lines, and no other kind', () => {
    const { publicKey } = pairs[0];
    const der = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
    expect(readPublicKey(` ${der}\n`).fingerprint).toBe(pinned[0]?.fingerprint);
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey;
    expect(() => readPublicKey(rsa.export({ type: 'spki', format: 'pem' }).toString())).toThrow(
      /it must be ed25519/,
    );
    expect(() => readPublicKey('nonsense')).toThrow(/is no public key/);
  });
});
