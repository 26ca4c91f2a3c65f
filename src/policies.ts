import { isDeepStrictEqual } from 'node:util';
import type { Logger } from 'pino';
import type { Config } from './config.ts';
import type { Detector } from './domain/detector.ts';
import { ChainwardenError } from './domain/errors.ts';
import type { NewsSink } from './domain/news.ts';
import type { PolicyProblem, PolicyStatus, RefusedPolicy } from './domain/policy/document.ts';
import type { Policy } from './domain/policy.ts';
import type { PolicyStore } from './domain/ports.ts';
import type { PolicyRecord } from './domain/record.ts';
import type { Health, Metrics } from './observe/index.ts';
import {
  checkParsedPolicy,
  createPolicyKeeper,
  digestOf,
  documentOf,
  firstReading,
  isInForce,
  type KeeperObserver,
  type PinnedKey,
  type PolicyKeeper,
  type PutPolicy,
  readPublicKey,
  refusalOf,
  sayProblem,
} from './policy/index.ts';

const LOOK_MS = 2_000;

export interface PoliciesParts {
  readonly store: PolicyStore;
  readonly detectors: readonly Detector[];
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>;
  readonly metrics: Metrics;
  readonly health: Health;
  readonly news?: NewsSink | undefined;
  readonly clock: () => number;
}

/** Which policy judges: the configuration's, or that of a file which is watched. */
export interface Policies {
  readonly status: PolicyStatus<Policy>;
  /** Puts the policy into the log unless it ends with it, and follows its file from then on. */
  begin(parts: { readonly inForce: Policy; readonly put: PutPolicy }): Promise<void>;
  /** Takes the file as it is now; without a file nothing happens. */
  reload(): Promise<void>;
  stop(): Promise<void>;
}

interface Opened {
  readonly status: PolicyStatus<Policy>;
  /** What has to go into the log; undefined when that ends with it. */
  readonly isNew: (inForce: Policy) => boolean;
  readonly keep: ((put: PutPolicy) => PolicyKeeper) | undefined;
}

/** Reads the policy to start with. Throws CONFIG_INVALID when it is wrong and there is none to go on with. */
export async function openPolicies(config: Config, parts: PoliciesParts): Promise<Policies> {
  const last = await parts.store.lastPolicy();
  const observer = createObserver(parts);
  const { policyFile } = config;
  const opened =
    policyFile === undefined
      ? ofConfiguration(config, last, parts)
      : await ofFile(config, policyFile, last, parts, observer);
  let keeper: PolicyKeeper | undefined;
  let timer: NodeJS.Timeout | undefined;
  return {
    get status() {
      return keeper?.status ?? opened.status;
    },
    async begin({ inForce, put }) {
      const { policy, document } = opened.status;
      if (document !== undefined && opened.isNew(inForce)) await put(policy, document);
      observer.begun(opened.status);
      keeper = opened.keep?.(put);
      if (keeper === undefined) return;
      const { look } = keeper;
      timer = setInterval(() => void look(), LOOK_MS);
    },
    reload: async () => keeper?.reload(),
    async stop() {
      clearInterval(timer);
    },
  };
}

function ofConfiguration(config: Config, last: PolicyRecord | undefined, parts: PoliciesParts): Opened {
  const { policy } = config;
  const { errors, warnings } = checkParsedPolicy(policy, {
    detectors: parts.detectors,
    nowMs: parts.clock(),
  });
  if (errors.length > 0) throw wrong('policy', errors);
  const digest = digestOf(JSON.stringify(policy));
  const isKnown = last?.document?.origin !== 'file' && isDeepStrictEqual(last?.policy, policy);
  const document = isKnown
    ? last?.document
    : { origin: 'configuration' as const, digest, atMs: parts.clock() };
  return {
    status: { policy, document, warnings, refused: undefined },
    isNew: (inForce) => last?.document?.origin === 'file' || !isDeepStrictEqual(inForce, policy),
    keep: undefined,
  };
}

async function ofFile(
  config: Config,
  path: string,
  last: PolicyRecord | undefined,
  parts: PoliciesParts,
  observer: KeeperObserver,
): Promise<Opened> {
  const keys = [config.policyPublicKey ?? []].flat().map(readPublicKey);
  const file = { path, keys, detectors: parts.detectors, clock: parts.clock };
  const { loaded, version } = await firstReading(file);
  const keep = (status: PolicyStatus<Policy>) => (put: PutPolicy) =>
    createPolicyKeeper({ ...file, status, version, put, observer });
  if (loaded.policy === undefined) {
    if (last === undefined || !mayGoOn(last, keys)) throw wrong(path, loaded.errors);
    const refused = refusalOf(loaded, parts.clock());
    const status = { policy: last.policy, document: last.document, warnings: [], refused };
    return { status, isNew: () => false, keep: keep(status) };
  }
  const isSame = last !== undefined && isInForce(loaded, last);
  const document = isSame ? last.document : documentOf(loaded, parts.clock());
  const status = { policy: loaded.policy, document, warnings: loaded.warnings, refused: undefined };
  return { status, isNew: () => !isSame, keep: keep(status) };
}

/** A broken file stops no restart: what the log ends with was checked, and signed by a key that is still pinned. */
function mayGoOn({ document }: PolicyRecord, keys: readonly PinnedKey[]): boolean {
  if (document?.origin !== 'file') return false;
  return keys.length === 0 || keys.some(({ fingerprint }) => fingerprint === document.signedBy);
}

function wrong(where: string, errors: readonly PolicyProblem[]): ChainwardenError {
  const said = errors.slice(0, ERRORS_SAID_MAX).map((error) => sayProblem(where, error));
  const more = errors.length > said.length ? [`… and ${errors.length - said.length} more`] : [];
  return new ChainwardenError('CONFIG_INVALID', [...said, ...more].join('\n'));
}

const ERRORS_SAID_MAX = 20;

/** Tells of every load: log, metrics, readiness. */
function createObserver({
  log,
  metrics,
  health,
  news,
}: PoliciesParts): KeeperObserver & { begun: KeeperObserver['loaded'] } {
  const { loads, refused, sinceSeconds, warnings } = metrics.policy;

  function show(status: PolicyStatus<Policy>): void {
    sinceSeconds.set((status.document?.atMs ?? 0) / 1000);
    warnings.set(status.warnings.length);
  }

  function isFine(): void {
    refused.set(0);
    health.set('policy', 'ok');
  }

  function isRefused({ digest, errors, errorCount }: RefusedPolicy): void {
    refused.set(1);
    const [first] = errors;
    const place = first === undefined ? '' : ` (line ${first.line}, column ${first.column})`;
    health.set(
      'policy',
      'degraded',
      `the policy file was refused${place}; the policy before it stays in force`,
    );
    log.error({ digest, errorCount, line: first?.line, column: first?.column }, 'policy refused');
  }

  return {
    begun(status) {
      show(status);
      if (status.refused === undefined) isFine();
      else isRefused(status.refused);
    },
    loaded(status) {
      const { policy, document } = status;
      news?.tell([{ topic: 'policy', tenant: undefined, state: 'loaded' }]);
      loads.inc({ result: 'loaded' });
      show(status);
      isFine();
      const facts = { name: policy.name, digest: document?.digest, warnings: status.warnings.length };
      log.info({ ...facts, signedBy: document?.signedBy }, 'policy loaded');
    },
    refused(refusal) {
      news?.tell([{ topic: 'policy', tenant: undefined, state: 'refused' }]);
      loads.inc({ result: 'refused' });
      isRefused(refusal);
    },
    unchanged() {
      loads.inc({ result: 'unchanged' });
      isFine();
    },
    postponed(error) {
      loads.inc({ result: 'postponed' });
      log.warn({ err: error }, 'policy not taken by the log yet');
    },
  };
}
