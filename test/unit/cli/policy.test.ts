import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FILE_BATCH_RECORDS_MAX } from '../../../src/domain/limits.ts';
import { chainwarden, linesOf, sample, temporaryFolder } from './support.ts';

const folder = temporaryFolder();
const file = join(folder, 'policy.yaml');

const check = async (text: string, ...more: string[]) => {
  writeFileSync(file, text);
  return chainwarden(['policy', 'check', file, ...more]);
};

describe('policy check', () => {
  it('names what is wrong by file, line and column, and exits with 1', async () => {
    const { code, out, err } = await check('version: 1\nagnets: []\nclocks: { skewSeconds: -1 }\n');
    expect({ code, err }).toEqual({ code: 1, err: '' });
    expect(out.trimEnd().split('\n')).toEqual([
      `${file}:2:1: agnets: unknown member "agnets"; did you mean "agents"?`,
      expect.stringMatching(`^${file}:3:24: clocks.skewSeconds: too small`),
    ]);
  });

  it('takes what is odd, unless it is to be strict', async () => {
    const odd = 'name: spring\nhumanRequired: [payout]\n';
    const lenient = await check(odd);
    expect(lenient).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^warning: .*:2:17: humanRequired\[0\]: fits nothing/),
    });
    expect(lenient.err).toMatch(/^policy "spring" is valid, 1 warnings, sha256:[\w-]{43}\n$/);
    expect((await check(odd, '--strict')).code).toBe(1);
    expect((await check('name: spring\n', '--strict')).code).toBe(0);
  });

  it('still takes JSON', async () => {
    expect(
      (await check(JSON.stringify({ version: 1, expects: { issuers: ['https://as.example'] } }, null, 2)))
        .code,
    ).toBe(0);
  });

  it('says so when there is no file', async () => {
    const { code, err } = await chainwarden(['policy', 'check', '/nowhere/at.yaml']);
    expect({ code, err }).toEqual({ code: 2, err: 'the policy file /nowhere/at.yaml cannot be read\n' });
  });
});

describe('policy sign', () => {
  const pair = generateKeyPairSync('ed25519');
  const key = join(folder, 'policy.key');
  const publicKey = join(folder, 'policy.pub');
  writeFileSync(key, pair.privateKey.export({ type: 'pkcs8', format: 'pem' }));
  writeFileSync(publicKey, pair.publicKey.export({ type: 'spki', format: 'pem' }));
  const verify = () => chainwarden(['policy', 'check', file, '--public-key', publicKey]);

  it('writes a signature that verifies, over these bytes and no others', async () => {
    writeFileSync(file, 'name: signed\n');
    const signed = await chainwarden(['policy', 'sign', file, '--key', key]);
    const spki = pair.publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
    expect(signed).toMatchObject({ code: 0, out: `policyPublicKey: ${spki}\n` });
    expect((await verify()).code).toBe(0);
    writeFileSync(file, 'name: signed \n');
    expect(await verify()).toMatchObject({
      code: 1,
      out: expect.stringContaining('no signature of these bytes'),
    });
  });

  it('is asked of the file that a configuration names', async () => {
    const config = join(folder, 'signed.json');
    const pem = readFileSync(publicKey, 'utf8');
    writeFileSync(
      config,
      JSON.stringify({ policyFile: file, policyPublicKey: pem, data: join(folder, 'none') }),
    );
    writeFileSync(file, '{}');
    await chainwarden(['policy', 'sign', file, '--key', key]);
    const learn = () => chainwarden(['policy', 'learn', '--config', config]);
    expect(await learn()).toMatchObject({ code: 3, err: expect.stringContaining('there is no store') });
    writeFileSync(file, '{ }');
    expect(await learn()).toMatchObject({
      code: 2,
      err: expect.stringContaining('no signature of the file by a pinned key'),
    });
  });

  it.each([
    ['a policy that is not valid', 'agnets: []\n', key, /policy.yaml is not valid/],
    ['with a key that is none', '{}', publicKey, /policy.pub holds no private key/],
    ['with a key that is nowhere', '{}', join(folder, 'nowhere'), /nowhere cannot be read/],
  ])('does not sign %s', async (_, text, by, why) => {
    writeFileSync(file, text);
    const { code, err } = await chainwarden(['policy', 'sign', file, '--key', by]);
    expect(code).toBe(2);
    expect(err).toMatch(why);
  });

  it('does not sign with a key of another kind', async () => {
    const rsa = join(folder, 'rsa.key');
    writeFileSync(
      rsa,
      generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }),
    );
    writeFileSync(file, '{}');
    expect(await chainwarden(['policy', 'sign', file, '--key', rsa])).toMatchObject({
      code: 2,
      err: expect.stringContaining('it must be ed25519'),
    });
  });
});

/** What a boundary that a draft draws can say of what crossed it. */
const drawn: Readonly<Record<string, readonly string[]>> = {
  'task-boundary': [
    'tool-not-allowed',
    'target-not-allowed',
    'field-not-allowed',
    'repository-not-allowed',
    'limit-exceeded',
    'session-too-long',
  ],
  'environment-boundary': ['environment-not-allowed', 'crossed-environments'],
  'audience-mismatch': ['used-outside-audience', 'audience-widened'],
  'unbounded-lifetime': ['lifetime-exceeded'],
  'trust-boundary': ['untrusted-issuer'],
};

interface Line {
  readonly detector: string;
  readonly kind: string;
  readonly facts: readonly string[];
}

async function crossings(events: string, policy: string): Promise<string[]> {
  const { code, out, err } = await chainwarden(['detect', '--quiet', '--policy', policy, events]);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return (linesOf(out) as unknown as Line[]).flatMap(({ detector, kind, facts }) =>
    kind === 'alert'
      ? facts.filter((fact) => drawn[detector]?.includes(fact)).map((fact) => `${detector}: ${fact}`)
      : [],
  );
}

describe('policy learn', () => {
  const draft = join(folder, 'draft.yaml');

  async function learn(...argv: string[]): Promise<string> {
    const { code, out } = await chainwarden(['policy', 'learn', ...argv]);
    expect(code).toBe(0);
    writeFileSync(draft, out);
    expect(await chainwarden(['policy', 'check', '--strict', draft])).toMatchObject({ code: 0, out: '' });
    return out;
  }

  it.each([
    ['benign', ['--attacks', 'none']],
    ['full of attacks, late and out of order', ['--attacks', 'all', '--disorder']],
  ])('drafts what nothing of a world crosses that is %s', async (_, flags) => {
    const events = join(folder, 'events.ndjson');
    const { out } = await chainwarden(['simulate', '--seed', '11', '--chains', '80', ...flags]);
    writeFileSync(events, out);
    const text = await learn(events);
    expect(await crossings(events, draft)).toEqual([]);
    // Whatever is taken out is crossed.
    const without = text
      .replace(/- "crm:read" #/g, '- "crm:nothing" #')
      .replace(
        /^ {4}- \{ kinds: \["access_token"\], maxSeconds: \d+/m,
        '    - { kinds: ["access_token"], maxSeconds: 1',
      );
    writeFileSync(
      draft,
      without.replace(/^( {2}- system: "crm"\n {4}audiences:\n) {6}- .*$/m, '$1      - "elsewhere"'),
    );
    const crossed = new Set(await crossings(events, draft));
    expect([...crossed].sort()).toEqual(
      expect.arrayContaining([
        'audience-mismatch: used-outside-audience',
        'task-boundary: tool-not-allowed',
        'unbounded-lifetime: lifetime-exceeded',
      ]),
    );
  });

  it('gives the same draft of the same events in any order', async () => {
    const { out } = await chainwarden(['simulate', '--seed', '3', '--chains', '80']);
    const lines = out.trimEnd().split('\n');
    // More than one batch of a file: what the first one leaves open is not what is learnt.
    expect(lines.length).toBeGreaterThan(FILE_BATCH_RECORDS_MAX);
    const drafts: string[] = [];
    for (const order of [lines, lines.toReversed()]) {
      const events = join(folder, 'ordered.ndjson');
      writeFileSync(events, `${order.join('\n')}\n`);
      drafts.push(await learn(events));
    }
    expect(drafts[1]).toBe(drafts[0]);
  });

  it('learns from a moment on, and says so when there is nothing', async () => {
    const from = await learn('--from', '2026-03-03T09:14:30Z', sample);
    expect(from).not.toBe(await learn(sample));
    const { code, err } = await chainwarden(['policy', 'learn', '--from', '2026-03-04T00:00:00Z', sample]);
    expect({ code, err }).toEqual({ code: 3, err: 'there is nothing to learn from in that time\n' });
  });

  it('needs a store or a file', async () => {
    const { code, err } = await chainwarden(['policy', 'learn'], [], {
      CHAINWARDEN_DATA: join(folder, 'nothing'),
    });
    expect(code).toBe(3);
    expect(err).toMatch(/there is no store in the data folder/);
  });
});
