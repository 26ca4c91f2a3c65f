import { type Instruments, LATENCY_SECONDS } from './instruments.ts';

export function engineMetrics(make: Instruments) {
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

export function detectorMetrics(make: Instruments) {
  return {
    faults: make.counter('detector_faults_total', 'Evaluations that threw', ['detector']),
    evaluations: make.counter('detector_evaluations_total', 'Times a detector looked at something', [
      'detector',
    ]),
    seconds: make.counter('detector_evaluation_seconds_total', 'Time that a detector has taken, estimated', [
      'detector',
    ]),
    off: make.gauge('switched_off_detectors', '1 for a detector that is off', ['detector']),
  };
}

export function detectionMetrics(make: Instruments) {
  return {
    backlogRecords: make.gauge('detection_backlog_records', 'Log records that wait for detection'),
    backlogChars: make.gauge('detection_backlog_characters', 'Text of the events among them'),
    stuck: make.gauge(
      'detection_store_stuck_seconds',
      'For how long the store has not taken what detection writes; 0 while it does',
    ),
  };
}

export function alertMetrics(make: Instruments) {
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

export function policyMetrics(make: Instruments) {
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
