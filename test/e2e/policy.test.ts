import { generateKeyPairSync } from 'node:crypto';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import type * as z from 'zod';
import type { PolicyShape } from '../../src/serve/present/policy.ts';
import { apiOf } from '../support/api.ts';
import { type RunningService, runProgram, startService, temporaryFolder } from '../support/service.ts';
import { until } from '../support/until.ts';
import { worldOfNow } from './world.ts';

type Shown = z.infer<typeof PolicyShape>;

interface Readiness {
  readonly ready: boolean;
  readonly checks: readonly { readonly name: string; readonly state: string; readonly reason: string }[];
}

/** What the running service says of its policy. */
function policyOf(service: RunningService, key = service.adminKey ?? '') {
  return {
    shown: async (): Promise<Shown> => {
      const response = await fetch(`${service.address}/v1/policy`, {
        headers: { authorization: `Bearer ${key}` },
      });
      expect(response.status).toBe(200);
      return (await response.json()) as Shown;
    },
    check: async () => {
      const response = await fetch(`${service.address}/readyz`);
      const { ready, checks } = (await response.json()) as Readiness;
      expect({ status: response.status, ready }).toEqual({ status: 200, ready: true });
      return checks.find(({ name }) => name === 'policy');
    },
  };
}

/** As whoever takes care does it: nobody ever sees half of the file. */
function replace(file: string, text: string): void {
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}

const call = (id: string, tool: string): object => ({
  specversion: '1.0',
  id,
  source: '//gateway.example',
  type: 'com.example.tool.invoked.v1',
  time: new Date().toISOString(),
  data: {
    v: 1,
    type: 'tool.invoked',
    callId: id,
    actor: { id: 'agent:a', kind: 'agent' },
    tool: { name: tool },
  },
});

const bounded = (name: string, tool: string): string =>
  `name: ${name}\nagents:\n  - agent: "agent:a"\n    actions: ["tool:${tool}"]\n`;

describe('a policy file', () => {
  it('changes what is judged while the service runs, all of it or nothing, and outlives a restart', async () => {
    const data = temporaryFolder();
    const file = join(temporaryFolder(), 'policy.yaml');
    const config = `${file}.config`;
    writeFileSync(config, stringify({ policyFile: file, logLevel: 'info' }));
    replace(file, bounded('one', 'search'));
    const first = await startService(data, { args: ['--config', config] });
    const policy = policyOf(first);
    const api = apiOf(first.address, first.adminKey ?? '');
    const before = await policy.shown();
    expect(before).toMatchObject({
      name: 'one',
      origin: 'file',
      warnings: [],
      text: bounded('one', 'search'),
    });
    expect(before.signedBy).toBeUndefined();
    expect(await policy.check()).toMatchObject({ state: 'ok' });

    // Only under the first policy does a payment cross a boundary, and only under the second a search.
    await api.publish([call('1', 'search'), call('2', 'pay')]);
    const boundary = async (): Promise<string[]> =>
      (await api.alerts())
        .filter(({ detector, kind }) => detector === 'task-boundary' && kind === 'alert')
        .flatMap(({ eventIds }) => eventIds)
        .sort();
    await until('the payment is out of bounds', async () => (await boundary()).join() === '2');
    replace(file, bounded('two', 'pay'));
    await until('the second policy', async () => (await policy.shown()).name === 'two');
    await api.publish([call('3', 'search')]);
    await until('the search is out of bounds', async () => (await boundary()).includes('3'));
    const second = await policy.shown();
    expect(second.digest).not.toBe(before.digest);
    expect(Date.parse(second.since ?? '')).toBeGreaterThan(Date.parse(before.since ?? ''));

    replace(file, `${bounded('three', 'pay')}agnets: []\n`);
    await until('the third is refused', async () => (await policy.check())?.state === 'degraded');
    expect(await policy.check()).toMatchObject({ reason: expect.stringContaining('(line 5, column 1)') });
    const kept = await policy.shown();
    expect(kept).toMatchObject({ name: 'two', digest: second.digest, since: second.since });
    expect(kept.refused).toMatchObject({
      errorCount: 1,
      errors: [
        { line: 5, column: 1, path: 'agnets', message: expect.stringContaining('did you mean "agents"?') },
      ],
    });
    const metrics = await api.metrics();
    expect(metrics).toMatch(/^chainwarden_policy_refused 1$/m);
    expect(metrics).toMatch(/^chainwarden_policy_loads_total\{result="loaded"\} 1$/m);
    expect(metrics).toMatch(/^chainwarden_policy_loads_total\{result="refused"\} 1$/m);
    expect(first.stdout()).toMatch(/"msg":"policy refused"/);
    expect((await first.end()).code).toBe(0);

    // Still broken: the policy that the log ends with judges on.
    const again = await startService(data, { args: ['--config', config] });
    const later = policyOf(again, first.adminKey);
    expect(await later.shown()).toMatchObject({
      name: 'two',
      since: second.since,
      refused: { errorCount: 1 },
    });
    expect(await later.check()).toMatchObject({ state: 'degraded' });
    rmSync(file);
    await until(
      'it is gone',
      async () => (await later.shown()).refused?.errors[0]?.message === 'there is no such file',
    );
    replace(file, bounded('two', 'pay'));
    await until('all is well', async () => (await later.check())?.state === 'ok');
    expect(await later.shown()).toMatchObject({ name: 'two', digest: second.digest, since: second.since });
    expect((await later.shown()).refused).toBeUndefined();
    expect((await again.end()).code).toBe(0);

    const elsewhere = await runProgram(['start', '--config', config], {
      CHAINWARDEN_DATA: temporaryFolder(),
      CHAINWARDEN_PORT: '0',
      CHAINWARDEN_POLICY: `${file}.nowhere`,
    });
    expect(elsewhere).toMatchObject({ code: 2, stderr: `${file}.nowhere:1:1: there is no such file\n` });
  });

  it('is taken from nobody who holds no pinned key', async () => {
    const folder = temporaryFolder();
    const [file, key] = ['policy.yaml', 'policy.key'].map((name) => join(folder, name)) as [string, string];
    const pem = (): string =>
      generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    writeFileSync(key, pem());
    writeFileSync(`${key}.other`, pem());
    writeFileSync(file, 'name: one\n');
    const sign = (by = key) => runProgram(['policy', 'sign', file, '--key', by]);
    const { stdout } = await sign();
    const config = join(folder, 'config.yaml');
    writeFileSync(config, `policyFile: ${file}\n${stdout}`);
    const data = temporaryFolder();
    const service = await startService(data, { args: ['--config', config] });
    const policy = policyOf(service);
    const { signedBy } = await policy.shown();
    expect(signedBy).toMatch(/^sha256:/);

    const refusedFor = async (why: RegExp): Promise<void> =>
      until(`refused for ${why}`, async () =>
        why.test((await policy.shown()).refused?.errors[0]?.message ?? ''),
      );
    replace(file, 'name: two\n');
    await refusedFor(/^the signature is not one of these bytes/);
    await sign(`${key}.other`);
    await until('the other key was tried', async () =>
      /policy_loads_total\{result="refused"\} 2/.test(
        await apiOf(service.address, service.adminKey ?? '').metrics(),
      ),
    );
    expect(await policy.shown()).toMatchObject({ name: 'one' });
    rmSync(`${file}.sig`);
    await refusedFor(/signature beside the file is missing$/);
    expect(await policy.shown()).toMatchObject({ name: 'one', signedBy });
    await sign();
    await until('the signed one', async () => (await policy.shown()).name === 'two');
    expect(await policy.shown()).toMatchObject({ signedBy });
    rmSync(`${file}.sig`);
    expect((await service.end()).code).toBe(0);

    // A log whose policy another key signed is no excuse.
    const other = generateKeyPairSync('ed25519')
      .publicKey.export({ type: 'spki', format: 'der' })
      .toString('base64');
    writeFileSync(config, `policyFile: ${file}\npolicyPublicKey: ${other}\n`);
    const refused = await runProgram(['start', '--config', config], {
      CHAINWARDEN_DATA: data,
      CHAINWARDEN_PORT: '0',
    });
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(
      /policy.yaml:1:1: a key is pinned, and the signature beside the file is missing\n$/,
    );
  });

  it('is drafted from the log of a stopped service, and crossed by nothing in it', async () => {
    const data = temporaryFolder();
    const draft = join(temporaryFolder(), 'draft.yaml');
    const world = worldOfNow(5, 60);
    const service = await startService(data);
    const api = apiOf(service.address, service.adminKey ?? '');
    for (let at = 0; at < world.length; at += 500)
      expect(await api.publish(world.slice(at, at + 500))).toBe(202);
    const run = (...args: string[]) => runProgram(args, { CHAINWARDEN_DATA: data });
    expect(await run('policy', 'learn')).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('stop the service first'),
    });
    await service.end();

    const learnt = await run('policy', 'learn', '--from', '1d');
    expect(learnt).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/^learnt from \d+ actions and \d+ credentials\n$/),
    });
    writeFileSync(draft, learnt.stdout);
    expect(await run('policy', 'check', '--strict', draft)).toMatchObject({ code: 0, stdout: '' });
    const boundaries = async (): Promise<string[]> => {
      const { code, stdout } = await run('replay', '--quiet', '--policy', draft);
      expect(code).toBe(0);
      return stdout
        .split('\n')
        .filter(
          (line) =>
            /"detector":"(?:task-boundary|environment-boundary)"/.test(line) &&
            line.includes('"kind":"alert"'),
        );
    };
    expect(await boundaries()).toEqual([]);
    writeFileSync(draft, learnt.stdout.replace(/- "crm:read" #/g, '- "crm:nothing" #'));
    expect((await boundaries()).length).toBeGreaterThan(0);

    // The service that goes on with it shows it, chains to look at included.
    writeFileSync(draft, learnt.stdout);
    const again = await startService(data, { env: { CHAINWARDEN_POLICY: draft } });
    const shown = await policyOf(again, service.adminKey).shown();
    expect(shown.name).toMatch(/^learnt from /);
    const chain = /chn_\w+/.exec(shown.text ?? '')?.[0];
    const found = await fetch(`${again.address}/v1/chains/${chain}`, {
      headers: { authorization: `Bearer ${service.adminKey}` },
    });
    expect(found.status).toBe(200);
    expect((await again.end()).code).toBe(0);
  });

  it('is taken at once on SIGHUP, which ends a service without one', async () => {
    const file = join(temporaryFolder(), 'policy.yaml');
    writeFileSync(file, 'name: one\n');
    const service = await startService(temporaryFolder(), { env: { CHAINWARDEN_POLICY: file } });
    const loads = async (): Promise<string | undefined> =>
      /policy_loads_total\{result="unchanged"\} (\d+)/.exec(
        await apiOf(service.address, service.adminKey ?? '').metrics(),
      )?.[1];
    expect(await loads()).toBeUndefined();
    service.signal('SIGHUP');
    await until('it was read again', async () => (await loads()) === '1');
    expect((await service.end()).code).toBe(0);
    const without = await startService(temporaryFolder());
    expect((await without.end('SIGHUP')).code).toBe(0);
  });
});
