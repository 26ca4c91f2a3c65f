import { Command } from 'commander';
import { detectors } from '../../detectors/registry.ts';
import { loadConfig } from '../config.ts';
import { armDetectors } from '../detect/arming.ts';
import { ChainwardenError } from '../domain/errors.ts';
import type { Policy } from '../domain/policy.ts';
import { resolveEndpoints } from '../respond/index.ts';
import { diagnoseCoverage } from './doctor-coverage.ts';
import { configuredPolicy } from './policy-file.ts';
import { openConfigured } from './store-commands.ts';
import { Exit, exitCodes, type Terminal } from './terminal.ts';

/** One line of what the doctor says. */
export type Diagnosis = readonly [state: 'ok' | 'bad' | 'note', text: string];

/** Looks at everything a start needs and says in plain words what is missing. */
export function doctorCommand(terminal: Terminal): Command {
  return new Command('doctor')
    .description('check this machine, the configuration, what it points to, and what detectors can see there')
    .option('--config <file>', 'configuration, YAML or JSON')
    .action(async (flags: { readonly config?: string }) => {
      const findings = [checkNode(), ...(await checkConfigured(terminal, flags.config))];
      for (const [state, text] of findings) terminal.out(`${state.padEnd(5)} ${text}\n`);
      if (findings.some(([state]) => state === 'bad')) throw new Exit(exitCodes.findings);
    });
}

function checkNode(): Diagnosis {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const supported = major > 20 || (major === 20 && minor >= 19);
  return [supported ? 'ok' : 'bad', `Node ${process.versions.node}; 20.19 or later is needed`];
}

async function checkConfigured(terminal: Terminal, file: string | undefined): Promise<Diagnosis[]> {
  let config: ReturnType<typeof loadConfig>;
  let policy: Policy;
  try {
    config = loadConfig({ file, env: terminal.env });
    armDetectors(detectors, config.detectors);
    resolveEndpoints(config.outbound.endpoints, terminal.env);
    policy = configuredPolicy(config, terminal);
  } catch (error) {
    return [['bad', messageOf(error)]];
  }
  const { kafka, outbound, clickhouse } = config;
  return [
    ['ok', `configuration: ${file ?? 'environment and defaults'}`],
    ...(await checkStore(config, policy, terminal)),
    [
      'note',
      kafka.brokers.length === 0
        ? 'no KAFKA_BROKERS: events come by HTTP'
        : `kafka: ${kafka.brokers.join(', ')} as ${kafka.groupId}`,
    ],
    [
      clickhouse.url === undefined ? 'note' : 'ok',
      clickhouse.url === undefined ? 'embedded store: one process, kill -9 safe' : `store: ${clickhouse.url}`,
    ],
    outbound.endpoints.length === 0
      ? ['note', 'no endpoints: alerts are kept and shown, nobody is told']
      : ['ok', `endpoints: ${outbound.endpoints.map(({ name }) => name).join(', ')}`],
    [
      'note',
      `response: ${outbound.response.mode}, ${outbound.response.dryRun ? 'in a dry run' : 'for real'}, ` +
        `from severity ${outbound.response.minSeverity}`,
    ],
    policy.expects.issuers.length === 0
      ? [
          'note',
          'policy expects no issuer: orphaned-chain gives signals only, it is blind to unissued tokens',
        ]
      : ['ok', `policy expects ${policy.expects.issuers.join(', ')}`],
    ['ok', `${detectors.length} detectors: ${detectors.map(({ id }) => id).join(', ')}`],
  ];
}

async function checkStore(
  config: ReturnType<typeof loadConfig>,
  policy: Policy,
  { clock }: Terminal,
): Promise<Diagnosis[]> {
  try {
    const store = await openConfigured(config);
    try {
      await store.ping();
      return [
        ['ok', `store answers; last position ${await store.lastSeq()}`],
        ...(await diagnoseCoverage(store, { config, policy, clock })),
      ];
    } finally {
      await store.close();
    }
  } catch (error) {
    return [['bad', messageOf(error)]];
  }
}

function messageOf(error: unknown): string {
  return error instanceof ChainwardenError ? `${error.code}: ${error.message}` : 'an unexpected failure';
}
