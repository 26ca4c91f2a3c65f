import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { freshWriter, openIdentity } from '../../src/identity.ts';

const folder = mkdtempSync(join(tmpdir(), 'chainwarden-identity-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const mode = (name: string): number => statSync(join(folder, name)).mode & 0o777;

it('is made once for a data folder, for its owner alone, and stays', () => {
  const first = openIdentity(folder);
  expect(first.writer).toMatch(/^w_[0-9a-f]{16}$/);
  expect(readdirSync(folder).sort()).toEqual(['audit-writer', 'evidence-key.pem']);
  expect([mode('audit-writer'), mode('evidence-key.pem')]).toEqual([0o600, 0o600]);
  const again = openIdentity(folder);
  expect(again.writer).toBe(first.writer);
  expect(again.key.equals(first.key)).toBe(true);
  expect(freshWriter()).not.toBe(freshWriter());
});

it('is refused by name when a file of it holds something else', () => {
  expect(() => openIdentity(join(folder, 'no'))).toThrow('audit-writer does not hold anything');
  writeFileSync(join(folder, 'evidence-key.pem'), 'x');
  expect(() => openIdentity(folder)).toThrow('evidence-key.pem does not hold an Ed25519 private key');
  writeFileSync(join(folder, 'audit-writer'), '');
  expect(() => openIdentity(folder)).toThrow('audit-writer does not hold the name');
});
