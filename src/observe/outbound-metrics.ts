import type { Instruments } from './instruments.ts';

/** From milliseconds for what acts by itself to hours for what waited for a person. */
const RESPONSE_SECONDS = [0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 900, 3_600, 14_400];

/** From one look at a map to the budget of a question. */
const STEP_SECONDS = [0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1];

export function responseMetrics(make: Instruments) {
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

export function deliveryMetrics(make: Instruments) {
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

export function stepMetrics(make: Instruments) {
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
