import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { run } from '../../../src/cli/program.ts';
import {
  assumeRole,
  credentials,
  iamUser,
  record,
  roleKey,
  roleSession,
  service,
} from './fixtures/records.ts';
import { type Fields, translate } from './support.ts';

const script = fileURLToPath(new URL('../../support/cloudtrail-links.mjs', import.meta.url));

interface Link {
  readonly child: string;
  readonly parent: string | null;
}

/** An accessKey chain of three, an instance's session, a refusal and ordinary calls. */
const trail = [
  record({
    eventName: 'CreateAccessKey',
    responseElements: { accessKey: { accessKeyId: 'AKIAQ7EXAMPLEROBOT01', userName: 'robot' } },
  }),
  assumeRole({ userIdentity: { ...iamUser, accessKeyId: 'AKIAQ7EXAMPLEROBOT01' } }),
  assumeRole({
    userIdentity: roleSession,
    responseElements: { credentials: credentials('ASIAQ7EXAMPLECHAIN01') },
  }),
  assumeRole({
    userIdentity: service,
    responseElements: { credentials: credentials('ASIAQ7EXAMPLELAMB001') },
  }),
  assumeRole({ errorCode: 'AccessDenied', responseElements: null }),
  record({ userIdentity: roleSession }),
].map((entry, index) => ({ ...entry, eventID: `e-${index}` }));

const folder = mkdtempSync(join(tmpdir(), 'chainwarden-'));
const path = join(folder, 'trail.json');
writeFileSync(path, JSON.stringify({ Records: trail }));

/** What the independent script reads from the same file. */
function linksOf(): readonly Link[] {
  const out = execFileSync(process.execPath, [script, '--json', path], { encoding: 'utf8' });
  return (JSON.parse(out) as { children: Link[] }).children;
}

it('links the keys that a script which knows nothing of the adapter links', () => {
  const children = linksOf();
  const hops = trail
    .flatMap((entry) => translate(entry))
    .filter(({ data }) => data.type.startsWith('token.'))
    .map(({ data }) => ({
      child: (data['token'] as Fields)['jti'],
      parent: (data['parents'] as Fields[] | undefined)?.[0]?.['jti'] ?? null,
    }));
  expect(hops).toHaveLength(4);
  expect(hops).toEqual(expect.arrayContaining(children.map(({ child, parent }) => ({ child, parent }))));
  expect(children.find(({ child }) => child === roleKey)?.parent).toBe('AKIAQ7EXAMPLEROBOT01');
});

it('brings every one of these links into the chains, and pages for none of them', async () => {
  const chains = join(folder, 'chains.ndjson');
  let out = '';
  const terminal = {
    out(text: string) {
      out += text;
    },
    err: () => {},
    env: {},
    clock: () => Date.now(),
  };
  expect(await run(['detect', '--quiet', '--chains', chains, path], terminal)).toBe(0);
  expect(out).toBe('');
  const hops = readFileSync(chains, 'utf8')
    .trim()
    .split('\n')
    .flatMap((line) => (JSON.parse(line) as { hops: { key: string; parentKey?: string }[] }).hops);
  for (const { child, parent } of linksOf()) {
    const hop = hops.find(({ key }) => key.includes(child));
    expect(hop, child).toBeDefined();
    if (parent === null) expect(hop?.parentKey ?? '').not.toContain('AKIA');
    else expect(hop?.parentKey).toContain(parent);
  }
});
