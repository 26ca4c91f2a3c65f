import type { LiveFinding } from './finding.ts';
import type { DetectorMode, Exception } from './policy/detectors.ts';
import { matchesPattern, type Policy } from './policy.ts';

type Placed = Omit<LiveFinding, 'mode' | 'exception'>;

/**
 * What policy makes of a finding: a detector in shadow pages nobody, nor does what an exception is for. Both are
 * told and counted like any other.
 */
export function govern(finding: Placed, mode: DetectorMode, policy: Policy): LiveFinding {
  const exception = exceptionFor(finding, policy);
  const silenced = mode !== 'live' || exception !== undefined;
  return {
    ...finding,
    kind: silenced ? 'signal' : finding.kind,
    mode,
    ...(exception === undefined ? {} : { exception: exception.id }),
  };
}

/** What an exception is compared with. */
export type Exceptable = Pick<
  Placed,
  'detector' | 'atMs' | 'fact' | 'subject' | 'actor' | 'initiator' | 'target' | 'environment' | 'txn'
>;

export function exceptionFor(finding: Exceptable, policy: Policy): Exception | undefined {
  return policy.exceptions.find((candidate) => fits(candidate, finding));
}

/** Judged by the time of the event: what happened before the exception ended stays one, whenever it is looked at. */
function fits({ detector, scope, expires }: Exception, finding: Exceptable): boolean {
  if (detector !== finding.detector || finding.atMs >= Date.parse(expires)) return false;
  const { subject, actor, initiator, target, environment, txn } = scope;
  return (
    (scope.fact === undefined || scope.fact === finding.fact) &&
    (matches(subject, finding.subject.key) || matches(subject, finding.subject.label)) &&
    matches(actor, finding.actor) &&
    matches(initiator, finding.initiator) &&
    matches(target, finding.target) &&
    matches(environment, finding.environment) &&
    matches(txn, finding.txn)
  );
}

function matches(pattern: string | undefined, value: string | undefined): boolean {
  return pattern === undefined || (value !== undefined && matchesPattern(pattern, value));
}
