import { printable } from './draw.ts';

/** As much of a plan, as the service shows it, as its text is made of. */
export interface ShownPlan {
  readonly id: string;
  readonly digest: string;
  readonly because: {
    readonly alertId?: string;
    readonly detector?: string;
    readonly fact?: string;
    readonly severity?: string;
    readonly by?: string;
    readonly reason?: string;
  };
  readonly expiresAt: string;
  readonly dryRun: boolean;
  readonly verdict: string;
  readonly reasons: readonly string[];
  readonly approvals: number;
  readonly steps: readonly ShownStep[];
  readonly survivors: readonly {
    readonly label: string;
    readonly until?: string | null;
    readonly reason: string;
  }[];
}

interface ShownStep {
  readonly label: string;
  readonly role: string;
  readonly depth: number;
  readonly level?: number;
  readonly environment?: string;
  readonly holder?: string;
  readonly connector?: { readonly name: string; readonly kind: string; readonly leaves: string };
  readonly residualUntil?: string | null;
}

/** A plan for people: what ends, in which order and by which connector, and what stays until when. */
export function planText(plan: ShownPlan): string {
  const { id, digest, steps, survivors, reasons, verdict } = plan;
  const lines = [
    `plan ${id}`,
    `  because of ${causeOf(plan)}`,
    `  ${verdictOf(plan)}`,
    ...reasons.map((reason) => `  - ${printable(reason)}`),
    steps.length === 0 ? 'nothing would end' : 'would end, in this order:',
    ...steps.flatMap((step, index) => stepLines(step, index + 1)),
    ...(survivors.length === 0 ? [] : ['would stay:']),
    ...survivors.map(
      ({ label, until, reason }) => `  ${printable(label)}: works ${untilOf(until)}; ${printable(reason)}`,
    ),
    `digest ${digest}`,
    ...(verdict === 'propose' ? [`decide by ${plan.expiresAt}`] : []),
  ];
  return `${lines.join('\n')}\n`;
}

function causeOf({ because }: ShownPlan): string {
  const { alertId, detector, fact, severity, by = '', reason = '' } = because;
  if (detector !== undefined) return `alert ${alertId} (${detector}: ${fact}, ${severity})`;
  return `${printable(by)}: ${printable(reason)}${alertId === undefined ? '' : ` (alert ${alertId})`}`;
}

function verdictOf({ verdict, approvals, dryRun }: ShownPlan): string {
  const rehearsal = dryRun ? ' (dry run: the last request is not sent)' : '';
  if (verdict === 'act') return `needs nobody else${rehearsal}`;
  if (verdict === 'refuse') return 'is refused:';
  if (verdict !== 'propose') return 'is only shown:';
  return `waits for ${approvals === 1 ? 'one person' : `${approvals} persons`} to approve it${rehearsal}:`;
}

function stepLines(step: ShownStep, place: number): readonly string[] {
  const { label, role, depth, holder, environment, level, connector } = step;
  const facts = [
    depth === 0 ? role : `${role}, ${depth} below`,
    ...(holder === undefined ? [] : [`held by ${printable(holder)}`]),
    ...(environment === undefined ? [] : [`in ${printable(environment)}`]),
    ...(level === undefined ? [] : [`link level ${level}`]),
  ];
  const by = connector === undefined ? 'by nothing: no connector is configured for it' : byOf(connector);
  return [`  ${place}. ${printable(label)} (${facts.join(', ')}) ${by}`, `     ${lastsUntil(step)}`];
}

function byOf({ name, kind }: NonNullable<ShownStep['connector']>): string {
  return `by ${name} (${kind})`;
}

/** When it truly stops working: a deny list is asked at every use, other connectors may leave copies that work on. */
function lastsUntil({ connector, residualUntil }: ShownStep): string {
  const until = untilOf(residualUntil);
  if (connector === undefined) return `works ${until}`;
  const left = `not ended: ${connector.leaves}`;
  return connector.kind === 'deny_list' ? `stops at once; ${left}` : `may work ${until}; ${left}`;
}

function untilOf(instant: string | null | undefined): string {
  if (instant === null) return 'for ever';
  return instant === undefined ? 'for an unknown time' : `until ${instant}`;
}
