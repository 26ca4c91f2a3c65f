import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
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
];

it('links the keys that a script which knows nothing of the adapter links', () => {
  const path = join(mkdtempSync(join(tmpdir(), 'chainwarden-')), 'trail.json');
  writeFileSync(path, JSON.stringify({ Records: trail }));
  const { children } = JSON.parse(
    execFileSync(process.execPath, [script, '--json', path], { encoding: 'utf8' }),
  ) as {
    children: Link[];
  };
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
