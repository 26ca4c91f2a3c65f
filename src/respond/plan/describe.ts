import type { Plan, PlanStep, PlanTrigger, Survivor } from '../../domain/response.ts';

/** A plan for people, line by line: what ends, in which order and by which connector, and what stays until when. */
export function describePlan(plan: Plan): readonly string[] {
  const { steps, survivors, reasons, verdict } = plan;
  return [
    `plan ${plan.id}`,
    `  because of ${causeOf(plan.trigger)}`,
    `  ${verdictOf(plan)}`,
    ...reasons.map((reason) => `  - ${reason}`),
    ...(steps.length === 0 ? ['nothing would end'] : ['would end, in this order:']),
    ...steps.flatMap((step, index) => describeStep(step, index + 1)),
    ...(survivors.length === 0 ? [] : ['would stay:']),
    ...survivors.map(describeSurvivor),
    `digest ${plan.digest}`,
    ...(verdict === 'propose' ? [`decide by ${iso(plan.expiresMs)}`] : []),
  ];
}

function causeOf(trigger: PlanTrigger): string {
  if (trigger.kind === 'person') return `${trigger.by}: ${trigger.reason}`;
  return `alert ${trigger.alertId} (${trigger.detector}: ${trigger.fact}, ${trigger.severity})`;
}

function verdictOf({ verdict, approvals, dryRun }: Plan): string {
  const rehearsal = dryRun ? ' (dry run: the last request is not sent)' : '';
  switch (verdict) {
    case 'act':
      return `is carried out without a person${rehearsal}`;
    case 'propose':
      return `waits for ${approvals === 1 ? 'one person' : `${approvals} persons`} to approve it${rehearsal}:`;
    case 'refuse':
      return 'is refused:';
    case 'alert':
    case 'observe':
      return 'is only shown:';
  }
}

function describeStep(step: PlanStep, place: number): readonly string[] {
  const { label, role, level, depth, environment, connector, holder } = step;
  const facts = [
    depth === 0 ? role : `${role}, ${depth} below`,
    ...(holder === undefined || step.target.kind === 'subject'
      ? []
      : [`held by ${holder.slice('prn:'.length)}`]),
    ...(environment === undefined ? [] : [`in ${environment}`]),
    ...(level === undefined ? [] : [`link level ${level}`]),
  ];
  const by =
    connector === undefined
      ? 'by nothing: no connector is configured for it'
      : `by ${connector.name} (${connector.kind})`;
  return [`  ${place}. ${label} (${facts.join(', ')}) ${by}`, `     ${lastsUntil(step)}`];
}

/** When it truly stops working: a deny list is asked at every use, other connectors may leave copies that work on. */
function lastsUntil({ connector, residualUntilMs }: PlanStep): string {
  const until = untilOf(residualUntilMs);
  if (connector === undefined) return `works ${until}`;
  const left = `not ended: ${connector.leaves}`;
  return connector.kind === 'deny_list' ? `stops at once; ${left}` : `may work ${until}; ${left}`;
}

function describeSurvivor({ label, untilMs, reason }: Survivor): string {
  return `  ${label}: works ${untilOf(untilMs)}; ${reason}`;
}

function untilOf(ms: number | null | undefined): string {
  if (ms === null) return 'for ever';
  return ms === undefined ? 'for an unknown time' : `until ${iso(ms)}`;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
