import { type Instruments, LATENCY_SECONDS } from './instruments.ts';

export function intakeMetrics(make: Instruments) {
  return {
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
  };
}

export function httpMetrics(make: Instruments) {
  return {
    duration: make.histogram(
      'http_request_duration_seconds',
      'Time from request to last byte of the answer',
      ['method', 'route', 'status'],
      LATENCY_SECONDS,
    ),
    authFailures: make.counter('http_authentication_failures_total', 'Requests without a valid API key'),
  };
}

export function logMetrics(make: Instruments) {
  return {
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
  };
}

export function kafkaMetrics(make: Instruments) {
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

export function ssfMetrics(make: Instruments) {
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
