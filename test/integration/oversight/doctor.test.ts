import { expect, it } from 'vitest';
import { openStore } from '../../../src/store/index.ts';
import { chainwarden, temporaryFolder } from '../../unit/cli/support.ts';
import { worldEvents } from './world.ts';

/** A few hours before the clock of the commands. */
const commandMs = Date.UTC(2026, 2, 4);

it('says what detectors can see of the last day, and that it is nothing where nothing came', async () => {
  const data = temporaryFolder();
  const env = { CHAINWARDEN_DATA: data, CHAINWARDEN_TENANT: 'acme' };
  const store = await openStore({ path: `${data}/store` });
  await store.appendEvents(worldEvents('acme', 100, commandMs - 6 * 3_600_000));
  await store.appendControl([{ kind: 'detector', seq: 900_000, detector: 'impersonation', ...turnedOff }]);
  await store.close();

  const seen = await chainwarden(['doctor'], [], env);
  expect(seen.code).toBe(0);
  expect(seen.out).toMatch(/^ok +coverage of 24 hours: \d+ armed, \d+ partial, \d+ blind, 1 off$/m);
  expect(seen.out).toMatch(/^note +blind +canary-used: policy has no canaries$/m);
  expect(seen.out).toMatch(/^note +partial audience-mismatch: .*policy has no audiences$/m);
  expect(seen.out).toMatch(/^note +off +impersonation: turned off$/m);
  expect(seen.out).toMatch(/^ok +armed +delegation-depth$/m);
  expect(seen.out).toMatch(
    /^ok +source +https:\/\/gateway\.acme\.example: api\.called \d+, .*; armed \d+, partial/m,
  );

  const other = await chainwarden(['doctor'], [], { ...env, CHAINWARDEN_TENANT: 'nobody' });
  expect(other.out).toMatch(/^note +nobody told anything in the last 24 hours: every detector is blind$/m);
  expect(other.out).not.toMatch(/armed/);
});

const turnedOff = { on: false, reason: 'too loud', by: 'key', atMs: commandMs };
