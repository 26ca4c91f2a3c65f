import { matchesAny } from '../domain/policy.ts';
import type { Foresight, Objection, StepData, StepDecision, StepReason } from '../domain/step.ts';
import type { EvaluationConfig } from './config.ts';

/** What counts for one step. */
export type StepSettings = Pick<EvaluationConfig, 'minSeverity' | 'onUnknown' | 'onDoubt'>;

/** Of the targets the first that fits; what it does not say is as for all. */
export function settingsFor(data: StepData, config: EvaluationConfig): StepSettings {
  const names = namesOf(data);
  const target = config.targets.find(({ match }) => names.some((name) => matchesAny(match, name)));
  const { minSeverity, onUnknown, onDoubt } = config;
  return {
    minSeverity: target?.minSeverity ?? minSeverity,
    onUnknown: target?.onUnknown ?? onUnknown,
    onDoubt: target?.onDoubt ?? onDoubt,
  };
}

function namesOf(data: StepData): readonly string[] {
  const { target } = data;
  const names =
    data.type === 'tool.invoked' ? [`tool:${data.tool.name}`] : [`${data.target.system}:${data.action}`];
  if (target !== undefined) names.push(target.system);
  if (target?.resource !== undefined) names.push(`${target.system}/${target.resource}`);
  return names;
}

/** What is known of a step, and whether all of it could be found out. */
export type Weighed = Foresight & { readonly late: boolean };

/**
 * Facts decide, then doubts as the target wants it, then whether anybody could tell at all. The order matters: what
 * is known to be wrong is wrong although more could not be found out.
 */
export function weigh(seen: Weighed, settings: StepSettings): StepDecision {
  const { objections, chainId } = seen;
  const answer = (allowed: boolean, reason: StepReason): StepDecision => ({
    allowed,
    reason,
    chainId,
    objections,
  });
  const [first] = objections;
  if (first?.firm === true) return answer(false, first.code);
  if (first !== undefined && settings.onDoubt === 'deny') return answer(false, 'doubt');
  const unanswered = silence(seen);
  if (unanswered !== undefined) return answer(settings.onUnknown === 'allow', unanswered);
  return answer(true, first === undefined ? 'clear' : 'doubt');
}

function silence({ known, late, failed }: Weighed): StepReason | undefined {
  if (!known) return 'unknown';
  if (late) return 'late';
  return failed.length > 0 ? 'failed' : undefined;
}

/** Alerts about which people may have decided otherwise. */
export function alertsAmong(objections: readonly Objection[]): readonly string[] {
  return [...new Set(objections.flatMap(({ alertId }) => alertId ?? []))];
}
