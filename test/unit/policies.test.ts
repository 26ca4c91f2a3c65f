import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Config, loadConfig } from '../../src/config.ts';
import type { PolicyDocument } from '../../src/domain/policy/document.ts';
import { defaultPolicy, type Policy } from '../../src/domain/policy.ts';
import type { PolicyRecord } from '../../src/domain/record.ts';
import { createHealth, createLogger, createMetrics } from '../../src/observe/index.ts';
import { openPolicies, type Policies } from '../../src/policies.ts';
import { readPublicKey, signPolicy } from '../../src/policy/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'chainwarden-policies-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = join(folder, 'policy.yaml');
const named = (name: string): Policy => ({ ...defaultPolicy, name });

/** A log that outlives the processes that put policies into it. */
let records: PolicyRecord[] = [];
let running: Policies | undefined;
beforeEach(() => {
  records = [];
  rmSync(`${file}.sig`, { force: true });
  writeFileSync(file, 'name: one\n');
});
afterEach(async () => running?.stop());

let nowMs = 1_000;

/** One start; resolves with the names of the policies that it put into the log. */
async function start(
  config: object,
): Promise<{ put: string[]; policies: Policies; state: string | undefined }> {
  await running?.stop();
  nowMs += 1_000;
  const clock = () => nowMs;
  const health = createHealth(clock);
  const parts = {
    detectors: [],
    log: createLogger({ level: 'silent' }),
    metrics: createMetrics(),
    health,
    clock,
  };
  const policies = await openPolicies(Config.parse(config), {
    ...parts,
    store: { lastPolicy: async () => records.at(-1) },
  });
  running = policies;
  const put: string[] = [];
  await policies.begin({
    inForce: records.at(-1)?.policy ?? defaultPolicy,
    async put(policy: Policy, document: PolicyDocument) {
      records.push({ kind: 'policy', seq: records.length + 1, policy, document });
      put.push(policy.name);
    },
  });
  const { checks } = await health.report();
  return { put, policies, state: checks.find(({ name }) => name === 'policy')?.state };
}

describe('a configuration', () => {
  it.each<[string, object, RegExp]>([
    ['two policies', { policy: {}, policyFile: file }, /both policy and policyFile/],
    ['a key for nothing', { policyPublicKey: 'x' }, /no policyFile that it could sign/],
  ])('cannot name %s', (_, config, why) => {
    const path = join(folder, 'config.json');
    writeFileSync(path, JSON.stringify(config));
    expect(() => loadConfig({ file: path, env: {} })).toThrow(why);
  });

  it('takes both from the environment', () => {
    const env = { CHAINWARDEN_POLICY: file, CHAINWARDEN_POLICY_PUBLIC_KEY: 'x' };
    expect(loadConfig({ env })).toMatchObject({ policyFile: file, policyPublicKey: 'x' });
    expect(() => loadConfig({ env: { CHAINWARDEN_POLICY_PUBLIC_KEY: 'x' } })).toThrow(/no policyFile/);
  });
});

describe('the policy that a start begins with', () => {
  it('is the configuration’s, put into the log when the log ends with another one', async () => {
    expect((await start({})).put).toEqual([]);
    expect((await start({ policy: { name: 'a' } })).put).toEqual(['a']);
    const again = await start({ policy: { name: 'a' } });
    expect(again).toMatchObject({ put: [], state: 'ok' });
    expect(again.policies.status).toMatchObject({
      policy: { name: 'a' },
      document: { origin: 'configuration', atMs: 3_000 },
    });
    expect((await start({ policy: { name: 'b' } })).put).toEqual(['b']);
    expect((await start({})).put).toEqual(['']);
  });

  it('is the file’s, put into the log when its text or origin is another one', async () => {
    expect((await start({ policy: { name: 'one' } })).put).toEqual(['one']);
    expect((await start({ policyFile: file })).put).toEqual(['one']);
    expect((await start({ policyFile: file })).put).toEqual([]);
    writeFileSync(file, '# a remark\nname: one\n');
    expect((await start({ policyFile: file })).put).toEqual(['one']);
    expect(records.at(-1)?.document?.text).toBe('# a remark\nname: one\n');
    expect((await start({ policy: { name: 'one' } })).put).toEqual(['one']);
    expect(records.at(-1)?.document).toMatchObject({ origin: 'configuration' });
  });

  it('is that of before there were documents, for a log that knows none', async () => {
    records = [{ kind: 'policy', seq: 1, policy: named('old') }];
    const { put, policies } = await start({ policy: { name: 'old' } });
    expect(put).toEqual([]);
    expect(policies.status).toMatchObject({ policy: { name: 'old' }, document: undefined });
    expect((await start({ policyFile: file })).put).toEqual(['one']);
  });

  it('goes on after a restart with a broken file, if the log’s was a file’s', async () => {
    await start({ policyFile: file });
    writeFileSync(file, 'nmae: two\n');
    const { put, policies, state } = await start({ policyFile: file });
    expect({ put, state }).toEqual({ put: [], state: 'degraded' });
    expect(policies.status).toMatchObject({
      policy: { name: 'one' },
      document: { origin: 'file' },
      refused: { errorCount: 1 },
    });
    writeFileSync(file, 'name: two\n');
    await policies.reload();
    expect(policies.status).toMatchObject({ policy: { name: 'two' }, refused: undefined });

    writeFileSync(file, 'nmae: three\n');
    await start({ policy: { name: 'configured' } });
    await expect(start({ policyFile: file })).rejects.toThrow(
      `${file}:1:1: nmae: unknown member "nmae"; did you mean "name"?`,
    );
  });

  it('goes on with a policy of the log only if a key that is still pinned had signed it', async () => {
    const [mine, other] = [generateKeyPairSync('ed25519'), generateKeyPairSync('ed25519')];
    const pem = ({ publicKey }: typeof mine): string =>
      publicKey.export({ type: 'spki', format: 'pem' }).toString();
    const keys = (...pairs: (typeof mine)[]) => ({ policyFile: file, policyPublicKey: pairs.map(pem) });
    writeFileSync(`${file}.sig`, signPolicy(Buffer.from('name: one\n'), mine.privateKey));
    expect((await start(keys(mine))).put).toEqual(['one']);
    expect(records.at(-1)?.document?.signedBy).toBe(readPublicKey(pem(mine)).fingerprint);
    writeFileSync(file, 'name: two\n');
    expect(await start(keys(other, mine))).toMatchObject({ put: [], state: 'degraded' });
    await expect(start(keys(other))).rejects.toThrow(
      /the signature is not one of these bytes by a pinned key/,
    );
    // Nobody is asked for a signature: the file itself counts.
    expect((await start({ policyFile: file })).put).toEqual(['two']);
    writeFileSync(file, 'nmae: three\n');
    await expect(start(keys(mine))).rejects.toThrow(/the signature is not one/);
  });

  it('is refused with every error, when the configuration’s means nothing', async () => {
    const exception = {
      id: 'x',
      scope: { fact: 'f' },
      owner: 'o',
      reason: 'r',
      ticket: 't',
      expires: '2027-01-01T00:00:00Z',
    };
    const policy = { detectors: { nobody: {} }, exceptions: [{ ...exception, detector: 'nobody' }] };
    await expect(start({ policy })).rejects.toThrow(
      'policy: detectors.nobody: no detector is called "nobody"\npolicy: exceptions[0].detector: no detector is called "nobody"',
    );
  });
});
