import { readFileSync } from 'node:fs';
import { parse as parseYaml } from 'yaml';
import * as z from 'zod';
import { ConsoleConfig } from '../dashboards/console/config.ts';
import { ChainwardenError } from './domain/errors.ts';
import { Policy } from './domain/policy.ts';
import { EvaluationConfig } from './edge/index.ts';
import { SsfConfig } from './ingest/ssf/index.ts';
import { OutboundConfig, secretsIn } from './respond/index.ts';

const port = z.coerce.number().int().min(0).max(65_535);
const flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((value) => value === 'true')]);

const Kafka = z.strictObject({
  brokers: z.array(z.string().min(1)).max(64).default([]),
  groupId: z.string().min(1).default('chainwarden'),
  topics: z
    .strictObject({
      tokens: z.string().min(1).default('delegation.tokens'),
      toolCalls: z.string().min(1).default('delegation.tool-calls'),
      apiCalls: z.string().min(1).default('delegation.api-calls'),
      alerts: z.string().min(1).default('delegation.alerts'),
      deadLetter: z.string().min(1).default('delegation.dead-letter'),
    })
    .prefault({}),
  /** Of topics that are missing and have to be created. */
  partitions: z.int().min(1).max(1_024).default(6),
  replicationFactor: z.int().min(1).max(9).default(1),
  tls: z.boolean().default(false),
  sasl: z
    .strictObject({
      mechanism: z.enum(['plain', 'scram-sha-256', 'scram-sha-512']),
      username: z.string().min(1),
      /** A file that holds the password. */
      passwordFile: z.string().min(1),
    })
    .optional(),
  /** Whoever may write to the topics may speak for these issuers of this tenant; the broker's ACLs are the lock. */
  issuers: z.union([z.literal('*'), z.array(z.string().min(1)).max(256)]).default('*'),
});

export const Config = z.strictObject({
  host: z.string().min(1).default('127.0.0.1'),
  port: port.default(8787),
  /** Folder of the embedded engine and of the admin key. */
  data: z.string().min(1).default('data'),
  tenant: z.string().min(1).max(128).default('default'),
  logLevel: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  /** What the process may take of memory; past it chains leave and come back from the store when they are named. */
  memoryMb: z.coerce.number().int().min(128).max(1_048_576).default(1_024),
  /** Every promised row waits for the disk: also survives a power cut. */
  fsync: flag.default(false),
  /** /metrics answers without a key. */
  openMetrics: flag.default(false),
  clickhouse: z
    .strictObject({
      url: z.url({ protocol: /^https?$/ }).optional(),
      user: z.string().min(1).default('default'),
      password: z.string().default(''),
      database: z.string().min(1).default('delegation'),
    })
    .prefault({}),
  kafka: Kafka.prefault({}),
  outbound: OutboundConfig.prefault({}),
  ssf: SsfConfig.prefault({}),
  /** How gateways are answered that ask whether a step may be taken. */
  evaluation: EvaluationConfig.prefault({}),
  console: ConsoleConfig.prefault({}),
  policy: Policy.prefault({}),
  /** Instead of `policy`: a document of its own, which may change while the service runs. */
  policyFile: z.string().min(1).optional(),
  /** Whoever holds one of these Ed25519 keys may change it; the signature lies beside it, as `<policyFile>.sig`. */
  policyPublicKey: z.union([z.string().min(1), z.array(z.string().min(1)).min(1).max(4)]).optional(),
  /** Configuration of single detectors, by id. */
  detectors: z.record(z.string(), z.unknown()).default({}),
});
export type Config = z.infer<typeof Config>;

/** Every environment variable that is read, and the member of the configuration that it sets. */
const variables = {
  CHAINWARDEN_HOST: ['host'],
  CHAINWARDEN_PORT: ['port'],
  CHAINWARDEN_DATA: ['data'],
  CHAINWARDEN_TENANT: ['tenant'],
  CHAINWARDEN_LOG_LEVEL: ['logLevel'],
  CHAINWARDEN_MEMORY_MB: ['memoryMb'],
  CHAINWARDEN_FSYNC: ['fsync'],
  CHAINWARDEN_OPEN_METRICS: ['openMetrics'],
  CHAINWARDEN_POLICY: ['policyFile'],
  CHAINWARDEN_POLICY_PUBLIC_KEY: ['policyPublicKey'],
  CLICKHOUSE_URL: ['clickhouse', 'url'],
  CLICKHOUSE_USER: ['clickhouse', 'user'],
  CLICKHOUSE_PASSWORD: ['clickhouse', 'password'],
  CLICKHOUSE_DATABASE: ['clickhouse', 'database'],
  KAFKA_BROKERS: ['kafka', 'brokers'],
  KAFKA_GROUP_ID: ['kafka', 'groupId'],
} as const;

/** Also read: the file that configuration comes from. */
const CONFIG_FILE_VARIABLE = 'CHAINWARDEN_CONFIG';
/** Read by the commands that ask a running service. */
const clientVariables = ['CHAINWARDEN_URL', 'CHAINWARDEN_KEY'];

export const knownEnvironment: readonly string[] = [
  ...Object.keys(variables),
  CONFIG_FILE_VARIABLE,
  ...clientVariables,
];

export interface ConfigSources {
  /** YAML or JSON; without it the file that CHAINWARDEN_CONFIG names, if any. */
  readonly file?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** File, then environment on top. Refuses anything it does not know, naming the member. Throws CONFIG_INVALID. */
export function loadConfig({ file, env }: ConfigSources): Config {
  const path = file ?? env[CONFIG_FILE_VARIABLE];
  const raw = path === undefined ? {} : readYaml(path);
  for (const [name, member] of Object.entries(variables)) {
    const value = env[name];
    if (value !== undefined && value !== '')
      assign(raw, member, name === 'KAFKA_BROKERS' ? value.split(',') : value);
  }
  const config = check(Config, raw, path ?? 'environment');
  refuseUnread(env, config);
  refuseTwoPolicies(raw);
  return config;
}

/** A misspelt variable must not become silence. Secrets may have any name: the configuration says which. */
function refuseUnread(env: ConfigSources['env'], config: Config): void {
  const { clientSecret } = config.console.oidc ?? {};
  const ofConsole = clientSecret !== undefined && 'env' in clientSecret ? [clientSecret.env] : [];
  const secrets = [...secretsIn(config.outbound), ...ofConsole];
  for (const name of Object.keys(env)) {
    if (!/^CHAINWARDEN_(?!TEST_)/.test(name)) continue;
    if (knownEnvironment.includes(name) || secrets.includes(name)) continue;
    throw new ChainwardenError('CONFIG_INVALID', `the environment sets ${name}, which nothing reads`);
  }
}

/** Two policies would have an order that nobody sees; a key without a file would protect nothing. */
function refuseTwoPolicies({ policy, policyFile, policyPublicKey }: Readonly<Record<string, unknown>>): void {
  if (policy !== undefined && policyFile !== undefined) {
    throw new ChainwardenError(
      'CONFIG_INVALID',
      'there are both policy and policyFile: one of them has to go',
    );
  }
  if (policyPublicKey !== undefined && policyFile === undefined) {
    throw new ChainwardenError(
      'CONFIG_INVALID',
      'policyPublicKey is given, and no policyFile that it could sign',
    );
  }
}

function readYaml(path: string): Record<string, unknown> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new ChainwardenError('CONFIG_INVALID', `the configuration file ${path} cannot be read`, {
      cause: error,
    });
  }
  try {
    const value: unknown = parseYaml(text) ?? {};
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>;
  } catch (error) {
    throw new ChainwardenError('CONFIG_INVALID', `the configuration file ${path} is not YAML or JSON`, {
      cause: error,
    });
  }
  throw new ChainwardenError('CONFIG_INVALID', `the configuration file ${path} must hold one object`);
}

function assign(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [key, ...rest] = path as [string, ...string[]];
  if (rest.length === 0) {
    target[key] = value;
    return;
  }
  if (typeof target[key] !== 'object' || target[key] === null) target[key] = {};
  assign(target[key] as Record<string, unknown>, rest, value);
}

function check<T>(schema: z.ZodType<T>, value: unknown, origin: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const path = issue?.path.join('.') ?? '';
  const where = path === '' ? '' : ` at ${path}`;
  throw new ChainwardenError('CONFIG_INVALID', `${origin}${where}: ${issue?.message ?? 'invalid'}`);
}
