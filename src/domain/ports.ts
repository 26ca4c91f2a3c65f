import type { ApiKey } from './access.ts';
import type { Alert, AlertAction, AlertState, AlertWithLife } from './alert.ts';
import type { AuditStore } from './audit.ts';
import type { ModeStore } from './backtest.ts';
import type { Action, Chain, CrossReference, Hop, RootVerdict } from './chain.ts';
import type { CoverageStore } from './coverage.ts';
import type { DeadLetter } from './dead-letter.ts';
import type { DenyStore } from './deny-list.ts';
import type { AdmittedEvent, Effect } from './event/index.ts';
import type { EvidenceStore } from './evidence.ts';
import type { Severity } from './finding.ts';
import type { HuntStore } from './hunting.ts';
import type { HandlingState, Incident, IncidentHandling, IncidentState, Neighbourhood } from './incident.ts';
import type { OperationsStore } from './operations.ts';
import type { PulseStore } from './pulse.ts';
import type { Lineage } from './reach.ts';
import type { RecallStore } from './recall.ts';
import type { DetectorSwitch, LogRecord, PolicyRecord } from './record.ts';
import type { OutboxEntry, OutboxState, Plan, PlanDecision, Response, ResponseState } from './response.ts';

/** An event with its place in the log. */
export interface LoggedEvent {
  readonly seq: number;
  readonly ingestedMs: number;
  readonly event: AdmittedEvent;
}

/** A row the store would not take, found by bisection. `index` is its place in the batch. */
export interface RefusedRow {
  readonly index: number;
  readonly reason: string;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Opaque; undefined on the last page. */
  readonly next: string | undefined;
}

export interface PageQuery {
  readonly tenant: string;
  readonly limit: number;
  readonly cursor: string | undefined;
}

export interface ChainQuery extends PageQuery {
  readonly fromMs: number | undefined;
  readonly toMs: number | undefined;
  readonly principal: string | undefined;
  /** Canonical token key. */
  readonly tokenKey: string | undefined;
  readonly target: string | undefined;
  readonly detector: string | undefined;
  /** Only chains that lack this link. */
  readonly missing: 'request' | 'authority' | 'context' | 'impact' | undefined;
  /** A system that it touched, whatever the resource. */
  readonly system?: string | undefined;
  readonly tool?: string | undefined;
  readonly txn?: string | undefined;
  readonly verdict?: RootVerdict | undefined;
}

export interface AlertQuery extends PageQuery {
  readonly state: AlertState | undefined;
  readonly kind: 'alert' | 'signal' | undefined;
  readonly detector: string | undefined;
  readonly minSeverity: Severity | undefined;
  readonly chainId: string | undefined;
  /** The incident that they are a part of. */
  readonly incidentId?: string | undefined;
  /** About one principal: its keys as subjects, its labels as whoever acted or began in chains that it is in. */
  readonly about?:
    | { readonly id: string; readonly keys: readonly string[]; readonly labels: readonly string[] }
    | undefined;
  /** As the alert names its actor. */
  readonly actor?: string | undefined;
  /** Key of the subject. */
  readonly subject?: string | undefined;
}

export interface IncidentQuery extends PageQuery {
  /** Undefined: all but those that merged into another one. */
  readonly state: IncidentState | undefined;
  readonly minSeverity: Severity | undefined;
  /** One of its alerts is by this detector. */
  readonly detector: string | undefined;
  /** The chain of its cause. */
  readonly chainId: string | undefined;
  /** How far people are with it; `unclosed`: open or acknowledged. */
  readonly handling?: HandlingState | 'unclosed' | undefined;
  /** Undefined: newest activity first. By severity: the highest first, newest activity within one. */
  readonly order?: 'activity' | 'severity' | undefined;
}

export interface ActionQuery extends PageQuery {
  readonly system?: string | undefined;
  /** Exact, or with a `*` at its end the beginning. */
  readonly resource?: string | undefined;
  readonly tool?: string | undefined;
  readonly effect?: Effect | undefined;
  readonly outcome?: Action['outcome'] | undefined;
  readonly txn?: string | undefined;
  readonly chainId: string | undefined;
  readonly tokenKey: string | undefined;
  readonly actor: string | undefined;
  readonly fromMs: number | undefined;
  readonly toMs: number | undefined;
}

/** The log's memory. Writes are idempotent: the same rows twice change nothing. */
export interface LogStore {
  /** Writes events durably; resolves with the rows the engine refused one by one, everything else is stored. */
  appendEvents(events: readonly LoggedEvent[]): Promise<readonly RefusedRow[]>;
  /** Watermarks, policies and switches. */
  appendControl(records: readonly Exclude<LogRecord, { kind: 'event' }>[]): Promise<void>;
  /** Every record with seq > `afterSeq`, in order, in bounded batches. */
  readLog(afterSeq: number): AsyncIterable<readonly LogRecord[]>;
  /** Highest seq in use, 0 for an empty log. */
  lastSeq(): Promise<number>;
  appendDeadLetters(letters: readonly DeadLetter[]): Promise<void>;
}

export interface SwitchStore {
  /** The last switch of every detector that was ever switched, as the log has them. */
  detectorSwitches(): Promise<readonly DetectorSwitch[]>;
}

export interface PolicyStore {
  /** The last policy in the log; undefined when none was ever written. */
  lastPolicy(): Promise<PolicyRecord | undefined>;
}

/** What the pipeline writes. */
export interface ChainStore {
  writeChains(chains: readonly Chain[]): Promise<void>;
  writeHops(hops: readonly Hop[]): Promise<void>;
  writeActions(actions: readonly Action[]): Promise<void>;
  writeAlerts(alerts: readonly Alert[]): Promise<void>;
  writeIncidents(incidents: readonly Incident[]): Promise<void>;
  /** Alerts that page, of the chains that these places or other alerts of these subjects are in. */
  standingAlerts(beside: readonly Neighbourhood[]): Promise<readonly Alert[]>;
}

export interface ResponseQuery extends PageQuery {
  readonly alertId: string | undefined;
  readonly chainId: string | undefined;
  readonly planId?: string | undefined;
  /** Its newest row says so. */
  readonly state?: ResponseState | undefined;
}

export interface PlanQuery extends PageQuery {
  readonly alertId: string | undefined;
}

export interface PendingQuery {
  readonly endpoint: string;
  readonly limit: number;
  /** Those alone. */
  readonly orderKeys?: readonly string[];
}

export interface DeliveryQuery extends PageQuery {
  readonly state: OutboxState | undefined;
  /** Name of a channel. */
  readonly endpoint: string | undefined;
  readonly orderKey?: string | undefined;
}

export interface ResponseStore {
  writeResponses(responses: readonly Response[]): Promise<void>;
  /** Newest row of each response that is named. */
  findResponses(tenant: string, ids: readonly string[]): Promise<readonly Response[]>;
  /** Newest rows of responses of all alerts that are named. */
  responsesOfAlerts(tenant: string, alertIds: readonly string[]): Promise<readonly Response[]>;
  /**
   * Newest rows of the responses of all tenants that stand in one of these states, longest standing first; bounded.
   * Without those of which nothing more is awaited: requested in a dry run, and accepted where nothing confirms.
   */
  standingResponses(states: readonly ResponseState[]): Promise<readonly Response[]>;
  /**
   * Newest rows of the real revocations of single tokens, of all tenants, that stand in one of these states, whatever
   * confirms them; of tokens that do not expire before then, as far as that is known. Latest first; bounded.
   */
  endedTokens(states: readonly ResponseState[], aliveMs: number): Promise<readonly Response[]>;
  /** A plan that is written again replaces the one it was, when it was made later. */
  writePlans(plans: readonly Plan[]): Promise<void>;
  findPlans(tenant: string, ids: readonly string[]): Promise<readonly Plan[]>;
  writeDecisions(decisions: readonly PlanDecision[]): Promise<void>;
  /** What people said of a plan, oldest first. */
  decisions(tenant: string, planId: string): Promise<readonly PlanDecision[]>;
  /** Plans of all tenants about which anybody said anything since then. */
  decidedPlans(sinceMs: number): Promise<readonly Pick<PlanDecision, 'tenant' | 'planId'>[]>;
  /**
   * Rows since then, newest first and bounded; of undone responses and of those that took all that a subject has those
   * since `coolMs`, which is earlier.
   */
  recentResponses(tenant: string, sinceMs: number, coolMs: number): Promise<readonly Response[]>;
  /** Keys of the tokens that a principal holds, and that have not expired; newest first, bounded. */
  tokensHeldBy(tenant: string, principalId: string, nowMs: number): Promise<readonly string[]>;
  /** Tokens that are neither expired nor revoked, by what has been heard of them. */
  liveTokens(tenant: string, nowMs: number): Promise<number>;
  /** The tokens of the chains that these are in, and what hangs on one of them or is of its family, in any chain. */
  lineage(tenant: string, tokenKeys: readonly string[]): Promise<Lineage>;
  writeOutbox(entries: readonly OutboxEntry[]): Promise<void>;
  /** Newest state of the entries that are named. */
  findOutbox(tenant: string, ids: readonly string[]): Promise<readonly OutboxEntry[]>;
  /**
   * What waits to leave, soonest first, up to a limit of the store's or the one given; of all channels or of one. Of
   * messages with one order key only the oldest: the others have to wait for it.
   */
  pendingOutbox(of?: PendingQuery): Promise<readonly OutboxEntry[]>;
}

/** As much of a chain as tells what correlates it. */
export type Correlated = Pick<Chain, 'tenant' | 'id' | 'startedMs' | 'lastEventMs' | 'tokenKeys' | 'txns'>;

/** What the API reads, and the little it writes. */
export interface QueryStore {
  chains(query: ChainQuery): Promise<Page<Chain>>;
  /** Follows `mergedInto`: an old id resolves for ever. */
  chain(tenant: string, id: string): Promise<Chain | undefined>;
  hops(tenant: string, chainId: string): Promise<readonly Hop[]>;
  /** Chains that are correlated with one, by its events; `eventIds` are some of them. */
  crossReferences(chain: Correlated, eventIds: readonly string[]): Promise<readonly CrossReference[]>;
  /** The chain that a token belongs to, by its canonical key. */
  chainOfToken(tenant: string, tokenKey: string): Promise<string | undefined>;
  actions(query: ActionQuery): Promise<Page<Action>>;
  alerts(query: AlertQuery): Promise<Page<AlertWithLife>>;
  alert(tenant: string, id: string): Promise<AlertWithLife | undefined>;
  incidents(query: IncidentQuery): Promise<Page<Incident>>;
  /** Follows `mergedInto`: an old id resolves for ever. */
  incident(tenant: string, id: string): Promise<Incident | undefined>;
  /** Of those that have alerts that page. */
  incidentHandling(tenant: string, ids: readonly string[]): Promise<readonly IncidentHandling[]>;
  alertActions(tenant: string, alertId: string): Promise<readonly AlertAction[]>;
  writeAlertAction(action: AlertAction): Promise<void>;
  /** Closings of all tenants since then, oldest first; bounded. */
  closingsSince(sinceMs: number, limit: number): Promise<readonly AlertAction[]>;
  responses(query: ResponseQuery): Promise<Page<Response>>;
  /** Every row of one response, oldest first. */
  responseHistory(tenant: string, id: string): Promise<readonly Response[]>;
  /** Latest first. */
  plans(query: PlanQuery): Promise<Page<Plan>>;
  deadLetters(query: PageQuery): Promise<Page<DeadLetter>>;
  /** Messages that left or were to leave, latest first. */
  deliveries(query: DeliveryQuery): Promise<Page<OutboxEntry>>;
  /** Events, alerts and chains stored, for the overview. */
  counts(tenant: string): Promise<{ events: number; chains: number; alerts: number; deadLetters: number }>;
}

/** How far a stage has come; each stage commits its input after its own output is durable. */
export interface PositionStore {
  /** 0 before the first write. */
  readPosition(name: string): Promise<number>;
  writePosition(name: string, seq: number): Promise<void>;
}

export interface KeyStore {
  apiKeys(): Promise<readonly ApiKey[]>;
  writeApiKey(key: ApiKey): Promise<void>;
}

export interface Store
  extends LogStore,
    RecallStore,
    SwitchStore,
    PolicyStore,
    ChainStore,
    ResponseStore,
    QueryStore,
    PulseStore,
    CoverageStore,
    AuditStore,
    EvidenceStore,
    DenyStore,
    ModeStore,
    OperationsStore,
    HuntStore,
    KeyStore,
    PositionStore {
  /** Resolves when the engine answers; rejects with STORE_UNAVAILABLE. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/**
 * The one way into the log. Resolves when every event is durable or dead-lettered (HTTP's 202). The signal says that
 * nobody waits any longer: what is not being written yet is not written.
 */
export interface EventSink {
  append(
    events: readonly AdmittedEvent[],
    deadLetters: readonly DeadLetter[],
    signal?: AbortSignal,
  ): Promise<void>;
}
