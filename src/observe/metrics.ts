import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

const PREFIX = 'chainwarden_';
/** From a group commit's 20 ms down to memory and up to a stuck disk. */
const LATENCY_SECONDS = [0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** From one look at a map to the budget of a question. */
const STEP_SECONDS = [0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1];

export type Metrics = ReturnType<typeof createMetrics>;

/**
 * Everything the process counts, on a registry of its own. Labels come from closed sets (codes, detector ids, configured
 * names); a tenant, principal or token is never one, since each distinct value is a time series for ever.
 */
export function createMetrics(options: { readonly process?: boolean } = {}) {
  const registry = new Registry();
  const make = instruments(registry);
  if (options.process === true) collectDefaultMetrics({ register: registry });

  return {
    contentType: registry.contentType,
    render: () => registry.metrics(),
    intake: {
      accepted: make.counter('intake_events_accepted_total', 'Events admitted to the log', ['source']),
      refused: make.counter('intake_events_refused_total', 'Messages that became dead letters', [
        'source',
        'code',
      ]),
      turnedAway: make.counter(
        'intake_requests_turned_away_total',
        'Requests answered with 503: full queue, no answer in time, shutting down, client gone',
        ['reason'],
      ),
      duplicates: make.counter('intake_events_duplicate_total', 'Events whose identity was already known'),
      late: make.counter('intake_events_late_total', 'Events that arrived behind the watermark'),
    },
    http: {
      duration: make.histogram(
        'http_request_duration_seconds',
        'Time from request to last byte of the answer',
        ['method', 'route', 'status'],
        LATENCY_SECONDS,
      ),
      authFailures: make.counter('http_authentication_failures_total', 'Requests without a valid API key'),
    },
    log: {
      appendDuration: make.histogram(
        'log_append_duration_seconds',
        'Time until one group of events is durable',
        [],
        LATENCY_SECONDS,
      ),
      batchEvents: make.histogram(
        'log_append_batch_events',
        'Events in one durable write',
        [],
        [1, 10, 50, 100, 500, 1_000, 2_500, 5_000],
      ),
      queueEvents: make.gauge('log_queue_events', 'Events that wait for the log'),
      queueChars: make.gauge('log_queue_characters', 'Text of the events that wait for the log'),
      stuck: make.gauge(
        'log_store_stuck_seconds',
        'For how long the store has not taken what the log writes; 0 while it does',
      ),
      paused: make.gauge(
        'log_paused_seconds',
        'For how long the log has waited for detection, and intake with it; 0 while it does not',
      ),
      lastSeq: make.gauge('log_last_seq', 'Highest position in use'),
    },
    engine: engineInstruments(make),
    detectors: detectorInstruments(make),
    detection: detectionMetrics(make),
    alerts: alertMetrics(make),
    steps: stepMetrics(make),
    delivery: deliveryMetrics(make),
    responses: responseMetrics(make),
    policy: policyMetrics(make),
    kafka: kafkaMetrics(make),
    ssf: ssfMetrics(make),
  };
}

type Instruments = ReturnType<typeof instruments>;

function detectionMetrics(make: Instruments) {
  return {
    backlogRecords: make.gauge('detection_backlog_records', 'Log records that wait for detection'),
    backlogChars: make.gauge('detection_backlog_characters', 'Text of the events among them'),
    stuck: make.gauge(
      'detection_store_stuck_seconds',
      'For how long the store has not taken what detection writes; 0 while it does',
    ),
  };
}

function detectorInstruments(make: Instruments) {
  return {
    faults: make.counter('detector_faults_total', 'Evaluations that threw', ['detector']),
    off: make.gauge('switched_off_detectors', '1 for a detector that is off', ['detector']),
  };
}

function engineInstruments(make: Instruments) {
  return {
    records: make.counter('engine_records_total', 'Log records applied'),
    applyDuration: make.histogram(
      'engine_apply_duration_seconds',
      'Time to apply one batch of records',
      [],
      LATENCY_SECONDS,
    ),
    liveChains: make.gauge('engine_live_chains', 'Chains in memory'),
    liveTokens: make.gauge('engine_live_tokens', 'Tokens in memory'),
    liveEvents: make.gauge('engine_live_events', 'Events in memory'),
    evictedChains: make.gauge('engine_evicted_chains', 'Chains that left memory'),
    parkedChains: make.gauge(
      'engine_parked_chains',
      'Provisional chains that left memory until they are due',
    ),
    lookups: make.counter('engine_lookups_total', 'Names that were asked of the store'),
    recalledEvents: make.counter('engine_recalled_events_total', 'Events that came back into memory'),
    recallsCut: make.counter('engine_recalls_cut_total', 'Recalls that a bound ended'),
    uncorrelated: make.gauge('engine_uncorrelated_events', 'Events stored that no chain took'),
    conflicts: make.gauge('engine_conflicts', 'Identities seen with different content'),
    findings: make.counter('engine_findings_total', 'Changes of findings', ['detector', 'state']),
    watermarkLag: make.gauge('engine_watermark_lag_seconds', 'Wall clock minus watermark'),
    watermarkHolder: make.gauge(
      'engine_watermark_held_seconds',
      'Wall clock minus watermark, by the one source that holds it back',
      ['partition', 'why'],
    ),
    watermarkPartitions: make.gauge('engine_watermark_partitions', 'Sources by what time makes of them', [
      'state',
    ]),
  };
}

function alertMetrics(make: Instruments) {
  return {
    raised: make.counter('alerts_raised_total', 'Alerts opened', ['detector', 'severity']),
    withdrawn: make.counter('alerts_withdrawn_total', 'Alerts withdrawn by late evidence', ['detector']),
    excepted: make.counter(
      'exceptions_applied_total',
      'Alerts that an exception of policy kept from paging',
      ['exception', 'detector'],
    ),
  };
}

function stepMetrics(make: Instruments) {
  return {
    decisions: make.counter('step_decisions_total', 'Steps that gateways asked about', [
      'decision',
      'reason',
    ]),
    duration: make.histogram(
      'step_decision_duration_seconds',
      'Time to judge one step, once its question is read',
      [],
      STEP_SECONDS,
    ),
  };
}

function policyMetrics(make: Instruments) {
  return {
    loads: make.counter(
      'policy_loads_total',
      'Times the policy file was taken up: loaded, unchanged, refused, postponed',
      ['result'],
    ),
    refused: make.gauge('policy_refused', '1 while the file holds a policy that is not in force'),
    sinceSeconds: make.gauge(
      'policy_in_force_timestamp_seconds',
      'Wall clock at which the policy in force was loaded; 0 when nobody knows',
    ),
    warnings: make.gauge('policy_warnings', 'What is odd about the policy in force'),
  };
}

function deliveryMetrics(make: Instruments) {
  return {
    attempts: make.counter('webhook_attempts_total', 'Attempts to deliver a message'),
    delivered: make.counter('webhook_delivered_total', 'Messages that a receiver took'),
    dead: make.counter('webhook_dead_total', 'Messages given up; they can be revived'),
    pending: make.gauge('outbox_pending_messages', 'Messages that wait to be sent'),
    lane: make.gauge('webhook_lane_messages', 'Messages in memory: waiting, in_flight', [
      'endpoint',
      'state',
    ]),
    overflowed: make.gauge('webhook_lane_overflowed', '1 while more of them wait in the store', ['endpoint']),
    paused: make.gauge('webhook_paused_seconds', 'For how long the receiver still wants silence', [
      'endpoint',
    ]),
    failing: make.gauge('webhook_failing_seconds', 'For how long no attempt has succeeded; 0 after one did', [
      'endpoint',
    ]),
    gone: make.gauge('webhook_gone', '1 after the receiver answered 410', ['endpoint']),
  };
}

/** From milliseconds for what acts by itself to hours for what waited for a person. */
const RESPONSE_SECONDS = [0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 900, 3_600, 14_400];

function responseMetrics(make: Instruments) {
  return {
    states: make.counter('responses_total', 'States that responses came to', ['action', 'mode', 'state']),
    attempted: make.histogram(
      'response_first_attempt_seconds',
      'From the last change of the alert to the first attempt to revoke',
      ['by'],
      RESPONSE_SECONDS,
    ),
    confirmed: make.histogram(
      'response_confirmation_seconds',
      'From the last change of the alert to the proof that the authority ended',
      ['by'],
      RESPONSE_SECONDS,
    ),
    unconfirmed: make.gauge('unconfirmed_responses', 'Responses that were accepted and not proven yet'),
  };
}

function ssfMetrics(make: Instruments) {
  return {
    tokens: make.counter('ssf_tokens_total', 'Security event tokens, and what became of them', [
      'transmitter',
      'outcome',
    ]),
    paused: make.gauge('ssf_stream_paused', '1 while the transmitter says that it sends nothing', [
      'transmitter',
    ]),
  };
}

function kafkaMetrics(make: Instruments) {
  return {
    lag: make.gauge('kafka_consumer_lag_messages', 'Messages behind the end of the partition', [
      'topic',
      'partition',
    ]),
    commits: make.counter('kafka_commits_total', 'Offset commits'),
    rebalances: make.counter('kafka_rebalances_total', 'Times the group was dealt out anew'),
    refused: make.counter('kafka_batches_refused_total', 'Batches that the log did not take at once'),
    restarts: make.counter('kafka_consumer_restarts_total', 'Consumers replaced after a crash or a stall'),
  };
}

function instruments(registry: Registry) {
  const registers = [registry];
  return {
    counter: <L extends string = never>(name: string, help: string, labelNames: readonly L[] = []) =>
      new Counter<L>({ name: PREFIX + name, help, labelNames: [...labelNames], registers }),
    gauge: <L extends string = never>(name: string, help: string, labelNames: readonly L[] = []) =>
      new Gauge<L>({ name: PREFIX + name, help, labelNames: [...labelNames], registers }),
    histogram: <L extends string = never>(
      name: string,
      help: string,
      labelNames: readonly L[],
      buckets: readonly number[],
    ) =>
      new Histogram<L>({
        name: PREFIX + name,
        help,
        labelNames: [...labelNames],
        buckets: [...buckets],
        registers,
      }),
  };
}
