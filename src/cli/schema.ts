import { Argument, Command } from 'commander';
import { detectors } from '../../detectors/registry.ts';
import { createAdmit } from '../ingest/admit.ts';
import { decodeBinary } from '../ingest/codec.ts';
import { asyncApiDocument, jsonSchemaDocument } from '../ingest/documents.ts';
import { createHealth, createLogger, createMetrics } from '../observe/index.ts';
import { version } from '../package.ts';
import { createServer, defaultServeConfig, type ServeDeps } from '../serve/index.ts';
import { migrations } from '../store/index.ts';
import type { Terminal } from './terminal.ts';

const documents = ['asyncapi', 'openapi', 'json-schema', 'sql'] as const;
type Document = (typeof documents)[number];

export function schemaCommand(terminal: Terminal): Command {
  return new Command('schema')
    .description(
      'what others build against: events (asyncapi, json-schema), the API (openapi), the tables (sql)',
    )
    .addArgument(new Argument('<document>', 'which document').choices(documents))
    .addHelpText('after', '\nExample:\n  chainwarden schema asyncapi > asyncapi.json')
    .action(async (document: Document) => terminal.out(await textOf(document, terminal)));
}

async function textOf(document: Document, terminal: Terminal): Promise<string> {
  switch (document) {
    case 'asyncapi':
      return `${JSON.stringify(asyncApiDocument({ version }), null, 2)}\n`;
    case 'json-schema':
      return `${JSON.stringify(jsonSchemaDocument(), null, 2)}\n`;
    case 'openapi':
      return `${JSON.stringify(await openApi(terminal), null, 2)}\n`;
    case 'sql':
      return migrations()
        .map(({ name, sql }) => `-- ${name}\n${sql.trim()}\n`)
        .join('\n');
  }
}

/** The document follows from the routes: nothing is stored, sent or listened to. */
async function openApi(terminal: Terminal): Promise<object> {
  const nothing = {} as ServeDeps['store'] &
    ServeDeps['sink'] &
    ServeDeps['switches'] &
    ServeDeps['oversight'] &
    ServeDeps['policies'] &
    ServeDeps['steps'] &
    ServeDeps['denyList'] &
    ServeDeps['auditTrail'] &
    ServeDeps['evidence'] &
    ServeDeps['delivery'] &
    ServeDeps['desk'] &
    ServeDeps['securityEvents'] &
    ServeDeps['modes'] &
    ServeDeps['news'] &
    ServeDeps['pulse'] &
    ServeDeps['operations'] &
    ServeDeps['backtests'];
  const server = await createServer({
    store: nothing,
    sink: nothing,
    admit: createAdmit(),
    decodeBinary,
    detectors,
    switches: nothing,
    oversight: nothing,
    policies: nothing,
    steps: nothing,
    denyList: nothing,
    auditTrail: nothing,
    concepts: [],
    operations: nothing,
    vitals: () => Promise.reject(new Error('nothing runs')),
    evidence: nothing,
    delivery: nothing,
    desk: nothing,
    securityEvents: nothing,
    modes: nothing,
    onClosed: () => undefined,
    backtests: nothing,
    news: nothing,
    pulse: nothing,
    metrics: createMetrics(),
    health: createHealth(terminal.clock),
    log: createLogger({ level: 'silent' }),
    clock: terminal.clock,
    version,
    config: defaultServeConfig,
  });
  const document = server.swagger();
  await server.close();
  return document;
}
