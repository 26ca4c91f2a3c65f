import type { Plan, Survivor } from '../../domain/response.ts';
import { planDigest, planId } from './digest.ts';
import { type Judgement, judge } from './judge.ts';
import type { Cascade, Foreseen, JudgeContext } from './types.ts';

const MINUTE_MS = 60_000;

/**
 * The plans for one cause: one, or two where a part is done at once and the rest waits for a person. Whoever could
 * hang a doubtful token on a stolen one must not keep the stolen one alive by it.
 */
export function makePlans(cascade: Cascade, context: JudgeContext): readonly Plan[] {
  const { foreseen } = cascade;
  const whole = judge(cascade, foreseen, context);
  const assemble = (part: readonly Foreseen[], judgement: Judgement) =>
    assembled(cascade, part, judgement, context);
  if (whole.verdict !== 'propose' || cascade.trigger.kind === 'person') return [assemble(foreseen, whole)];

  for (const part of [foreseen.filter(isFree), foreseen.filter((one) => isFree(one) && isMint(one))]) {
    if (part.length === 0 || part.length === foreseen.length) continue;
    const now = judge(cascade, part, context);
    if (now.verdict === 'act') {
      const rest = foreseen.filter((one) => !part.includes(one));
      const later = judgeRest(cascade, rest, whole, context);
      const waiting = rest.map((one) => waits(one, later.reasons[0]));
      const apart = { ...cascade, survivors: [...waiting, ...cascade.survivors] };
      return [assembled(apart, part, now, context), assemble(rest, later)];
    }
  }
  return [assemble(foreseen, whole)];
}

function isFree({ holds }: Foreseen): boolean {
  return holds.length === 0;
}

/** What mints at the violation: with it gone, what is too much to take at once does at least not grow. */
function isMint({ step: { role, depth } }: Foreseen): boolean {
  return depth === 0 && (role === 'source' || role === 'family');
}

/** What is left over is proposed, for its own reasons or for those of the whole. */
function judgeRest(
  cascade: Cascade,
  rest: readonly Foreseen[],
  whole: Judgement,
  context: JudgeContext,
): Judgement {
  const own = judge(cascade, rest, context);
  return own.verdict === 'act' ? { ...own, verdict: 'propose', reasons: whole.reasons, approvals: 1 } : own;
}

function waits({ step, holds }: Foreseen, reason: string | undefined): Survivor {
  const { target, label, residualUntilMs } = step;
  const why = `it waits for a person: ${holds[0] ?? reason ?? ''}`;
  return { key: target.key, label, untilMs: residualUntilMs, reason: why };
}

function assembled(
  { tenant, trigger, survivors }: Cascade,
  part: readonly Foreseen[],
  { verdict, reasons, approvals }: Judgement,
  { config, nowMs, chainId }: JudgeContext,
): Plan {
  const steps = part.map(({ step }) => step);
  const { dryRun } = config;
  const digest = planDigest({ tenant, trigger, dryRun, steps });
  return {
    tenant,
    id: planId(tenant, trigger, digest),
    digest,
    trigger,
    chainId,
    madeMs: nowMs,
    expiresMs: nowMs + config.approvalMinutes * MINUTE_MS,
    dryRun,
    verdict,
    reasons,
    approvals,
    steps,
    survivors,
  };
}
