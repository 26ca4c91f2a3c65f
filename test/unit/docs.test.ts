import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { detectors } from '../../detectors/registry.ts';
import { exitCodes } from '../../src/cli/terminal.ts';
import { Config, knownEnvironment, loadConfig } from '../../src/config.ts';
import { errorCodes } from '../../src/domain/errors.ts';
import { eventSchemas } from '../../src/domain/event/index.ts';
import * as limits from '../../src/domain/limits.ts';
import { defaultPolicy } from '../../src/domain/policy.ts';
import { createAdmit } from '../../src/ingest/admit.ts';
import { decodeBinary } from '../../src/ingest/codec.ts';
import { BATCH_BYTES_MAX } from '../../src/ingest/kafka/bounds.ts';
import { createHealth, createMetrics } from '../../src/observe/index.ts';
import { createNews, createServer, defaultServeConfig, type ServeDeps } from '../../src/serve/index.ts';
import { createSwitchboard } from '../../src/watch/index.ts';
import { anchors, codes, projectFiles, prose, readProject, root, table } from '../support/markdown.ts';
import { createMemoryStore } from '../support/memory-store.ts';
import { nowMs, runLine } from '../support/shell.ts';

const readme = readProject('README.md');
/** Its tables carry on that of the configuration. */
const outbound = readProject('src/respond/README.md');
const column = (rows: readonly (readonly string[])[], index: number): string[] =>
  rows.map((row) => codes(row[index] ?? '')[0] ?? row[index] ?? '');

describe('the tables of the README', () => {
  it('name every error code with its status, and no other', () => {
    const rows = table(readme, 'code').map(([code = '', status, again]) => [codes(code)[0], status, again]);
    const known = Object.entries(errorCodes).map(([code, { status, retriable }]) => [
      code,
      String(status),
      retriable ? 'yes' : 'no',
    ]);
    expect(rows).toEqual(known);
  });

  it('name every event type with what it needs', () => {
    const shown = table(readme, 'type').map(([type = '', needs = '']) => [codes(type)[0], codes(needs)]);
    const known = [...eventSchemas].map(([type, schema]) => {
      const { required = [] } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
      return [type, required.filter((member) => member !== 'v' && member !== 'type')];
    });
    expect(shown).toEqual(known);
    expect(known).toHaveLength(28);
  });

  it('name every environment variable, and what it sets', () => {
    const rows = table(readme, 'variable');
    expect(column(rows, 0).sort()).toEqual([...knownEnvironment].sort());
    const defaults = loadConfig({ env: {} });
    for (const [variable = '', sets = ''] of rows.filter(([, sets]) => sets?.startsWith('`'))) {
      const [name = '', path = ''] = [codes(variable)[0], codes(sets)[0]];
      const before = at(defaults, path);
      const value = sample(before);
      expect(at(loadConfig({ env: { [name]: value } }), path), name).not.toEqual(before);
    }
    const mentioned = projectFiles('*.md').flatMap((path) => [
      ...(readProject(path).match(/\bCHAINWARDEN_(?!TEST_)[A-Z_]*[A-Z]\b/g) ?? []),
    ]);
    expect(mentioned.filter((name) => !knownEnvironment.includes(name))).toEqual([]);
  });

  it('name every key of the configuration with its default, and no other', () => {
    const keys = configKeys(z.toJSONSchema(Config, { io: 'input', unrepresentable: 'any' }) as Schema, '');
    const parts = outbound.split(/^## /m).filter((part) => part.includes('\n| key |'));
    const rows = [readme, ...parts]
      .flatMap((text) => table(text, 'key'))
      .filter(([key]) => key?.startsWith('`') && key !== '`outbound`');
    expect(column(rows, 0).sort()).toEqual([...keys.keys()].sort());
    for (const [key = '', shown = ''] of rows) {
      const value = keys.get(codes(key)[0] ?? '')?.default;
      if (typeof value === 'string' && value !== '') expect(codes(shown), key).toEqual([value]);
      if (typeof value === 'number' || typeof value === 'boolean')
        expect(codes(shown), key).toEqual([String(value)]);
    }
  });

  it('name every detector, and link its runbook', () => {
    const rows = table(readme, 'detector');
    expect(column(rows, 0).sort()).toEqual(detectors.map(({ id }) => id).sort());
    for (const [id = '', , severity = '', runbook] of rows) {
      const detector = detectors.find((each) => each.id === codes(id)[0]);
      expect(severity).toContain(detector?.severity);
      expect(runbook).toContain(`(detectors/${detector?.id}/README.md)`);
    }
  });

  it('name every command, and every exit code', async () => {
    const help = await runLine('npx chainwarden --help', root);
    const known = [...help.slice(help.indexOf('Commands:')).matchAll(/^ {2}([a-z-]+) /gm)]
      .map(([, name]) => name)
      .filter((name) => name !== 'help');
    expect(known.length).toBeGreaterThan(6);
    expect(column(table(readme, 'command'), 0).sort()).toEqual(known.sort());
    expect(column(table(readme, 'exit code'), 0)).toEqual(Object.values(exitCodes).map(String));
  });

  it('name options that the commands have', async () => {
    const parts: Readonly<Record<string, readonly string[]>> = {
      detectors: ['list', 'mode'],
      plans: ['approve'],
    };
    for (const [command = '', text = ''] of table(readme, 'command')) {
      const name = codes(command)[0];
      let help = await runLine(`npx chainwarden ${name} --help`, root);
      for (const part of parts[name ?? ''] ?? []) {
        help += await runLine(`npx chainwarden ${name} ${part} --help`, root);
      }
      const options = codes(text).flatMap((code) => code.match(/--[a-z-]+/g) ?? []);
      expect(options.filter((option) => !help.includes(option))).toEqual([]);
    }
  });

  it('state the limits as they are', () => {
    const kib = (bytes: number): string => `${bytes / 1024} KiB`;
    const mib = (bytes: number): string => `${bytes / 1024 / 1024} MiB`;
    const count = (value: number): string => value.toLocaleString('en-US');
    const { rates } = defaultServeConfig;
    const year = (ms: number): number => new Date(ms).getUTCFullYear();
    expect(Object.fromEntries(table(readme, 'what') as [string, string][])).toEqual({
      'one event': kib(limits.EVENT_BYTES_MAX),
      'one HTTP request': `${mib(limits.BODY_BYTES_MAX)}, ${count(limits.EVENTS_PER_REQUEST_MAX)} events`,
      'requests a minute and key': `${count(rates.events)} to publish, ${count(rates.reads)} to read, ${count(rates.steps)} to ask about steps`,
      'failed authentications a minute and address': count(rates.failedAuth),
      'event time, live': `${limits.EVENT_AGE_MS_MAX / 86_400_000} days back, ${limits.EVENT_FUTURE_MS_MAX / 60_000} minutes ahead`,
      'event time, files': `years ${year(limits.EVENT_TIME_MS_MIN)} to ${year(limits.EVENT_TIME_MS_MAX - 1)}`,
      'depth of `act`': count(limits.ACT_DEPTH_MAX),
      'nesting of JSON': count(limits.JSON_DEPTH_MAX),
      identifiers: `${limits.ID_CHARS_MAX} characters`,
      'scopes of one token': `${limits.SCOPES_MAX}, of ${limits.SCOPE_CHARS_MAX} characters`,
      'lists (audiences, parents, bindings)': count(limits.LIST_MAX),
      'one record of a file': mib(limits.FILE_RECORD_BYTES_MAX),
      'one compressed Kafka batch, unpacked': mib(BATCH_BYTES_MAX),
      'events that wait for the log before `503`': count(limits.LOG_QUEUE_EVENTS_MAX),
      'rows of one page': `${count(limits.PAGE_ROWS_MAX)}; of alerts ${count(limits.ALERT_PAGE_ROWS_MAX)}`,
      'live chains in memory': count(limits.LIVE_CHAINS_MAX),
      'a chain leaves memory after': `${limits.CHAIN_IDLE_MS / 3_600_000} hours without news`,
      'actions kept one by one on one hop': count(limits.ACTIONS_PER_HOP_MAX),
    });
  });

  it('name every request of the API, and prose names no other', async () => {
    const app = await createServer({
      store: createMemoryStore(),
      sink: { append: async () => undefined },
      admit: createAdmit(),
      decodeBinary,
      detectors,
      switches: createSwitchboard({ switches: [], clock: () => nowMs }),
      oversight: {} as ServeDeps['oversight'],
      policies: { status: { policy: defaultPolicy, document: undefined, warnings: [], refused: undefined } },
      steps: {} as ServeDeps['steps'],
      denyList: {} as ServeDeps['denyList'],
      auditTrail: {} as ServeDeps['auditTrail'],
      concepts: [],
      operations: {} as ServeDeps['operations'],
      vitals: {} as ServeDeps['vitals'],
      evidence: {} as ServeDeps['evidence'],
      delivery: {} as ServeDeps['delivery'],
      desk: {} as ServeDeps['desk'],
      securityEvents: {} as ServeDeps['securityEvents'],
      modes: {} as ServeDeps['modes'],
      onClosed: () => undefined,
      news: createNews(),
      pulse: {} as ServeDeps['pulse'],
      backtests: {} as ServeDeps['backtests'],
      metrics: createMetrics(),
      health: createHealth(() => nowMs),
      log: pino({ level: 'silent' }),
      clock: () => nowMs,
      version: '0.0.0-docs',
      config: defaultServeConfig,
    });
    const { paths } = (await app.inject('/openapi.json')).json() as OpenApi;
    await app.close();
    const known = Object.entries(paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    );
    known.push('GET /openapi.json');
    expect(column(table(readme, 'request'), 0).sort()).toEqual(known.sort());

    for (const path of projectFiles('*.md')) {
      for (const code of codes(prose(readProject(path)))) {
        const [, method, address, query] = /^(GET|POST|DELETE) (\/[\w/{}.-]*)(?:\?(.*))?$/.exec(code) ?? [];
        if (method === undefined || address === undefined) continue;
        expect(known, `${path}: ${code}`).toContain(`${method} ${address}`);
        const names = (paths[address]?.[method.toLowerCase()]?.parameters ?? []).map(({ name }) => name);
        for (const pair of query?.split('&') ?? [])
          expect(names, `${path}: ${code}`).toContain(pair.split('=')[0]);
      }
    }
  });
});

interface OpenApi {
  readonly paths: Record<string, Record<string, { parameters?: { name: string }[] }>>;
}

interface Schema {
  readonly default?: unknown;
  readonly properties?: Record<string, Schema>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
}

/** Paths of everything that can be set, `[]` for the members of a list. */
function configKeys(schema: Schema, path: string): Map<string, Schema> {
  const variants = [schema, ...(schema.anyOf ?? []), schema.items ?? {}];
  const nested = variants.flatMap((variant) => [variant, ...(variant.anyOf ?? []), ...(variant.oneOf ?? [])]);
  const members = nested.flatMap((variant) => Object.entries(variant.properties ?? {}));
  // A document of its own, with a manual of its own: policy-docs.test.ts.
  if (members.length === 0 || path === 'policy') return new Map([[path, schema]]);
  const prefix = path === '' ? '' : `${path}${schema.items === undefined ? '' : '[]'}.`;
  return new Map(members.flatMap(([name, member]) => [...configKeys(member, `${prefix}${name}`)]));
}

function at(value: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((part, key) => (part as Record<string, unknown> | undefined)?.[key], value);
}

/** Another value of the same kind, which the text of a variable can say. */
function sample(value: unknown): string {
  if (typeof value === 'number') return String(value + 1);
  if (typeof value === 'boolean') return String(!value);
  if (value === 'info') return 'debug';
  return 'http://127.0.0.1:8123';
}

describe('links', () => {
  const files = projectFiles('*.md');

  it.each(files)('of %s lead to something', (path) => {
    const text = readProject(path);
    const broken: string[] = [];
    for (const [, target = ''] of prose(text).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(target)) continue;
      const [file = '', anchor] = target.split('#');
      const place = file === '' ? path : join(dirname(path), file);
      const found = existsSync(join(root, place));
      const isText = found && statSync(join(root, place)).isFile();
      const reached = anchor === undefined || (isText && anchors(readProject(place)).has(anchor));
      if (!found || !reached) broken.push(target);
    }
    expect(broken).toEqual([]);
  });

  it('are looked for in every document', () => {
    expect(files).toEqual(
      expect.arrayContaining(['README.md', 'src/README.md', 'src/DECISIONS.md', 'test/README.md']),
    );
  });
});
