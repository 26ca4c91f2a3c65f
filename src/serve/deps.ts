import type { FastifyPluginAsync } from 'fastify';
import type { Logger } from 'pino';
import type { ApiKey } from '../domain/access.ts';
import type { Admit } from '../domain/admission.ts';
import type { AuditSink, AuditStore } from '../domain/audit.ts';
import type { Backtests, Modes } from '../domain/backtest.ts';
import type { Concept } from '../domain/concept.ts';
import type { Oversight } from '../domain/coverage.ts';
import type { Delivery } from '../domain/delivery.ts';
import type { DenyListView } from '../domain/deny-list.ts';
import type { Detector } from '../domain/detector.ts';
import type { EvidenceKeeper } from '../domain/evidence.ts';
import type { HuntStore } from '../domain/hunting.ts';
import type { NewsSource } from '../domain/news.ts';
import type { OperationsStore } from '../domain/operations.ts';
import type { PolicyStatus } from '../domain/policy/document.ts';
import type { Policy } from '../domain/policy.ts';
import type { EventSink, KeyStore, QueryStore, Store } from '../domain/ports.ts';
import type { PulseStore } from '../domain/pulse.ts';
import type { DetectorSwitch } from '../domain/record.ts';
import type { ResponseDesk } from '../domain/response-desk.ts';
import type { SecurityEvents } from '../domain/security-event.ts';
import type { StepDecisions } from '../domain/step.ts';
import type { Vitals } from '../domain/vitals.ts';
import type { Health, Metrics } from '../observe/index.ts';
import type { Sessions } from './auth/sessions.ts';
import type { Streams } from './stream.ts';

/**
 * CloudEvents binary mode: `ce-*` headers and the body become what `admit` takes as `raw`.
 * Never throws: what it cannot read comes back as it is, and is refused there.
 */
export type DecodeBinary = (
  headers: Readonly<Record<string, string | string[] | undefined>>,
  body: Buffer,
) => unknown;

/** Which detectors run. A switch takes effect for every tenant, at its place in the log. */
export interface DetectorSwitches {
  /** The last switch; undefined for a detector that was on ever since. */
  state(detector: string): DetectorSwitch | undefined;
  /** Resolves when the switch is durable in the log. */
  turn(turn: Pick<DetectorSwitch, 'detector' | 'on' | 'reason' | 'by'>): Promise<void>;
}

export interface ServeConfig {
  /** Answer /metrics without a key. Only for a listener that nobody else can reach. */
  readonly openMetrics: boolean;
  /** Requests a minute and key, by what they are about; failed authentications a minute and address. */
  readonly rates: {
    readonly events: number;
    readonly reads: number;
    /** What gateways ask before each step. */
    readonly steps: number;
    readonly failedAuth: number;
  };
  /** Between two signs of life of a stream, ms: shorter than a socket may be silent. */
  readonly streamBeatMs: number;
  /** Event loop delay, ms, above which /v1 answers 503; 0 switches it off. */
  readonly loopDelayMsMax: number;
}

export const defaultServeConfig: ServeConfig = {
  openMetrics: false,
  // 200 requests a second of up to 1,000 events are more than one process logs; the log's own queue bound comes first.
  // One process answers some 4,000 steps a second.
  rates: { events: 12_000, reads: 1_200, steps: 240_000, failedAuth: 20 },
  streamBeatMs: 15_000,
  loopDelayMsMax: 1_000,
};

export interface ServeDeps {
  readonly store: QueryStore &
    KeyStore &
    HuntStore &
    Pick<Store, 'ping' | 'findOutbox' | 'findResponses' | 'findPlans' | 'decisions'>;
  readonly sink: EventSink;
  readonly admit: Admit;
  readonly decodeBinary: DecodeBinary;
  readonly detectors: readonly Detector[];
  readonly switches: DetectorSwitches;
  readonly oversight: Oversight;
  readonly policies: { readonly status: PolicyStatus<Policy> };
  /** Whether steps may be taken, and which credentials are denied. */
  readonly steps: StepDecisions;
  readonly denyList: Pick<DenyListView, 'changes'>;
  /** Takes what transmitters of shared signals push. */
  readonly securityEvents: SecurityEvents;
  readonly delivery: Delivery;
  /** Where people ask for revocations and decide about them. */
  readonly desk: ResponseDesk;
  /** Public keys of what is signed as a JWT. */
  readonly jwks?: () => Promise<{ readonly keys: readonly object[] }>;
  readonly audit?: AuditSink;
  /** What was decided and done, and what shows it. */
  readonly auditTrail: Pick<AuditStore, 'auditEntries' | 'auditHeads' | 'auditChain'>;
  readonly evidence: EvidenceKeeper;
  /** Told when a person has closed an alert. */
  readonly onClosed: () => void;
  /** What may be done about a detector's findings, and what that would have meant. */
  readonly modes: Modes;
  readonly backtests: Backtests;
  /** What happened lately, in numbers. */
  readonly pulse: PulseStore;
  /** What changed, at once. */
  readonly news: NewsSource;
  /** What is asked for, of which detectors cover their part. */
  readonly concepts: readonly Concept[];
  /** What tells how detection itself is doing: noise, who was heard, what was refused, earlier policies. */
  readonly operations: OperationsStore;
  readonly vitals: () => Promise<Vitals>;
  readonly metrics: Metrics;
  readonly health: Health;
  readonly log: Logger;
  /** Wall clock, milliseconds since the epoch. */
  readonly clock: () => number;
  readonly version: string;
  readonly config: ServeConfig;
  /** Who is signed in to the console. */
  readonly sessions?: Sessions;
  /** The console, which is a client of this API. */
  readonly pages?: (access: PageAccess) => FastifyPluginAsync;
}

/** What the console needs of the API's guard. */
export interface PageAccess {
  /** The key that an Authorization header proves. */
  authenticate(authorization: string): Promise<ApiKey | undefined>;
  /** False once a key is disabled. */
  isValid(key: ApiKey): Promise<boolean>;
  readonly streams: Pick<Streams, 'open'>;
}
