import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config.ts';
import { createAdmit } from '../../src/ingest/admit.ts';
import { resolveEndpoints } from '../../src/respond/index.ts';
import { blocks, projectFiles, readProject, root } from '../support/markdown.ts';
import { nowMs, runLine } from '../support/shell.ts';

const fenced = blocks(readProject('README.md'));
const shell = fenced.filter(({ language }) => language === 'sh').map(({ text }) => text.trim());

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'chainwarden-docs-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the commands of the README', () => {
  /** Blocks that need a service, a broker or containers, and the test that stands for each. */
  const elsewhere: Readonly<Record<string, string>> = {
    'npm ci && npm start': 'test/e2e',
    'npm start -- --demo --with-idp': 'test/e2e/idp.test.ts',
    'npx chainwarden revoke --plan ': 'test/unit/cli/revoke.test.ts',
    'curl -sS http://127.0.0.1:8787/access/v1/evaluation ': 'test/e2e/gateways.test.ts',
    'npm ci && npm test': '.ci/run',
    'curl -sS http://127.0.0.1:8787/v1/events ': 'test/integration/serve/events.test.ts',
    'curl -sS http://127.0.0.1:8787/v1/keys ': 'test/integration/serve/access.test.ts',
    'export CHAINWARDEN_KEY=<key>\nnpx chainwarden audit evidence ':
      'test/integration/serve/evidence.test.ts',
    'kcat -P ': 'test/e2e',
    'echo "CLICKHOUSE_PASSWORD=': 'test/unit/compose.test.ts',
    'npm run dev:kafka': 'test/support/kafka/dev.ts',
    'KAFKA_BROKERS=127.0.0.1:9092 npm start': 'test/e2e',
  };
  const here = shell.filter(
    (block) =>
      block.startsWith('npx chainwarden ') &&
      !Object.keys(elsewhere).some((start) => block.startsWith(start)),
  );

  it('are run here, or are listed with the place that runs them', () => {
    const rest = shell.filter((block) => !here.includes(block));
    const unlisted = rest.filter((block) => !Object.keys(elsewhere).some((start) => block.startsWith(start)));
    const unused = Object.keys(elsewhere).filter((start) => !rest.some((block) => block.startsWith(start)));
    const gone = Object.values(elsewhere).filter((place) => !existsSync(join(root, place)));
    expect({ unlisted, unused, gone }).toEqual({ unlisted: [], unused: [], gone: [] });
    expect(here.length).toBeGreaterThanOrEqual(7);
  });

  it('use scripts that package.json has', () => {
    const { scripts } = JSON.parse(readProject('package.json')) as { scripts: Record<string, string> };
    const named = projectFiles('*.md').flatMap((path) =>
      [...readProject(path).matchAll(/\bnpm (?:run ([\w:]+)|(start|test))/g)].map(([, a, b]) => a ?? b ?? ''),
    );
    expect(named.length).toBeGreaterThan(4);
    expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
  });

  it('draw the chain that the README shows', async () => {
    const [first] = here;
    expect(first).toBe('npx chainwarden detect --chains - src/evaluate/sample.ndjson');
    const drawn = (await runLine(first ?? '', root)).split('\n\n').map((chain) => chain.trim());
    const [shown] = fenced.filter(({ language }) => language === 'text');
    expect(drawn).toContain(shown?.text.trim());
    expect(drawn.filter((chain) => chain !== '')).toHaveLength(2);
  });

  it('draft a policy that passes its check', async () => {
    const block = here.find((text) => text.includes(' policy learn '));
    const [learn = '', check = ''] = block?.split('\n') ?? [];
    const draft = join(folder, 'draft.yaml');
    await runLine(learn.replace('draft.yaml', draft), root);
    await runLine(check.replace('draft.yaml', draft), root);
    expect(readFileSync(draft, 'utf8')).toContain('agents:');
  });

  it.each(here.filter((block) => /^npx chainwarden (schema|detectors)/.test(block)))('%s', async (block) => {
    expect((await runLine(block, root)).length).toBeGreaterThan(200);
  });

  it('simulate and evaluate to a score without a miss', async () => {
    const [simulate = '', evaluate = ''] =
      here.find((block) => block.includes(' simulate '))?.split('\n') ?? [];
    await runLine(simulate, folder);
    const { total } = JSON.parse(await runLine(`${evaluate} --json`, folder)) as {
      total: { precision: number; recall: number; tp: number };
    };
    expect(total).toMatchObject({ precision: 1, recall: 1 });
    expect(total.tp).toBeGreaterThan(20);
  });

  it('score packed files of any tenant by their labels', async () => {
    const block = here.find((text) => text.includes(' --by attackSucceeded '));
    const lines = async (command: string): Promise<string[]> =>
      (await runLine(command, folder)).trimEnd().split('\n');
    const events = (await lines('npx chainwarden simulate --chains 30 --labels plain.ndjson')).map((line) => {
      const event = JSON.parse(line) as { data: object };
      return JSON.stringify({ ...event, data: { ...event.data, tenant: 'acme' } });
    });
    const labels = readLabels(join(folder, 'plain.ndjson')).map((label) =>
      JSON.stringify({ txn: label.txn, attackSucceeded: label.attack, suite: 'ours' }),
    );
    writeFileSync(join(folder, 'events.ndjson.gz'), gzipSync(events.join('\n')));
    writeFileSync(join(folder, 'labels.ndjson.gz'), gzipSync(labels.join('\n')));
    const { groups } = JSON.parse(await runLine(`${block} --json`, folder)) as {
      groups: { ours: { tp: number } };
    };
    expect(groups.ours.tp).toBeGreaterThan(0);
  });
});

function readLabels(path: string): { txn: string; attack: boolean }[] {
  return readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { txn: string; attack: boolean });
}

describe('the examples of the README', () => {
  it('are events that admission takes', () => {
    const admit = createAdmit();
    const examples = fenced.filter(({ language }) => language === 'json');
    expect(examples).toHaveLength(2);
    for (const { text } of examples) {
      const publisher = { name: 'readme', tenant: 'default', issuers: '*' as const };
      const position = { source: 'README.md', partition: 0, offset: 0 };
      const context = { publisher, position, adapter: 'cloudevents', nowMs, history: false };
      expect(admit({ raw: text }, context)).toMatchObject({ kind: 'admitted' });
    }
  });

  it('are a configuration that loads, and endpoints that sign', () => {
    const [yaml, ...others] = fenced.filter(({ language }) => language === 'yaml');
    const file = join(folder, 'chainwarden.yaml');
    for (const { text } of others) {
      writeFileSync(file, text);
      expect(() => loadConfig({ file, env: {} })).not.toThrow();
    }
    writeFileSync(file, yaml?.text ?? '');
    const { outbound } = loadConfig({ file, env: {} });
    expect(outbound.response).toMatchObject({ mode: 'propose', dryRun: true });
    expect(outbound.connectors).toMatchObject([{ kind: 'oauth', name: 'login' }]);
    const secret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
    const names = [...(yaml?.text ?? '').matchAll(/env: (\w+)/g)].map(([, name]) => name ?? '');
    const env = Object.fromEntries(names.map((name) => [name, secret]));
    expect(resolveEndpoints(outbound.endpoints, env)).toHaveLength(1);
    expect(() => loadConfig({ env })).not.toThrow();
  });

  it('verify what the service signs, and nothing else', async () => {
    const [snippet] = fenced.filter(({ language }) => language === 'js');
    // Inside the project, so that the package resolves; version control ignores the folder.
    const module = join(root, '.cache', `readme-${process.pid}.mjs`);
    mkdirSync(dirname(module), { recursive: true });
    writeFileSync(module, snippet?.text ?? '');
    try {
      const { verified } = (await import(pathToFileURL(module).href)) as {
        verified: (body: string, headers: Record<string, string>, secret: string) => unknown;
      };
      const secret = `whsec_${Buffer.alloc(32, 2).toString('base64')}`;
      const [endpoint] = resolveEndpoints(
        loadOutbound({ endpoints: [{ name: 'x', url: 'https://x.example', secrets: [{ env: 'S' }] }] }),
        { S: secret },
      );
      const body = JSON.stringify({ type: 'alert.raised' });
      const now = new Date();
      const headers = {
        'webhook-id': 'msg_1',
        'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
        'webhook-signature': endpoint?.kind === 'webhook' ? endpoint.sign('msg_1', now, body) : '',
      };
      expect(verified(body, headers, secret)).toEqual({ type: 'alert.raised' });
      expect(() => verified(`${body} `, headers, secret)).toThrow();
    } finally {
      rmSync(module);
    }
  });
});

function loadOutbound(outbound: object): ReturnType<typeof loadConfig>['outbound']['endpoints'] {
  const file = join(folder, 'outbound.json');
  writeFileSync(file, JSON.stringify({ outbound }));
  return loadConfig({ file, env: {} }).outbound.endpoints;
}
