import * as z from 'zod';
import { alertStates } from '../../domain/alert.ts';
import type { Backtest, Modes, OpenedBacktest } from '../../domain/backtest.ts';
import { severities } from '../../domain/finding.ts';
import { defaultResponseMode, responseModes } from '../../domain/mode.ts';
import { planVerdicts } from '../../domain/response.ts';
import { Instant, instant } from './common.ts';

export const ResponseModeShape = z
  .object({
    mode: z.enum(responseModes).describe('What may be done about its findings'),
    inForce: z.enum(responseModes).describe('The lesser of that and the mode of the configuration'),
    since: Instant.optional().describe('Absent when nobody has said anything'),
    by: z.string().optional().describe('Name of the API key'),
    reason: z.string().optional(),
    backtest: z.string().optional().describe('What was looked at before it was let act alone'),
  })
  .meta({
    id: 'ResponseMode',
    description: 'Whether findings of a detector are shown, proposed or acted on',
  });

export function presentResponseMode(
  modes: Modes,
  tenant: string,
  detector: string,
): z.infer<typeof ResponseModeShape> {
  const last = modes.lastChange(tenant, detector);
  const inForce = modes.modeOf(tenant, detector);
  if (last === undefined) return { mode: defaultResponseMode, inForce };
  const { mode, atMs, by, reason, backtestId } = last;
  const backtest = backtestId === '' ? undefined : backtestId;
  return { mode, inForce, since: instant(atMs), by, reason, backtest };
}

const StepShape = z.object({
  label: z.string(),
  key: z.string(),
  role: z.string(),
  holder: z.string().optional(),
  environment: z.string().optional(),
  usedAfter: Instant.optional().describe('When it was last used after it would have ended'),
  targetsAfter: z.array(z.string()).describe('For what, a sample'),
  production: z.array(z.string()).describe('Why it is production; empty: it is not'),
});

const CaseShape = z.object({
  alertId: z.string(),
  chainId: z.string().optional(),
  title: z.string(),
  severity: z.enum(severities),
  at: Instant.describe('From when it would have been done'),
  verdict: z.enum(planVerdicts),
  reasons: z.array(z.string()).describe('Why no more than that'),
  steps: z.array(StepShape).describe('What would have lost its authority: the first of `stepCount`'),
  stepCount: z.int(),
  state: z.enum(alertStates),
  closedReason: z.string(),
  wasFalse: z.boolean().describe('A person closed it and said that it was none'),
  wasWithdrawn: z.boolean(),
});

const count = z.int().min(0);

export const BacktestShape = z
  .object({
    id: z.string(),
    detector: z.string(),
    detectorVersion: z.int(),
    madeAt: Instant,
    by: z.string(),
    from: Instant,
    to: Instant,
    isCut: z.boolean().describe('There was more than could be looked at'),
    isSupposed: z.boolean().describe('No connector is configured: told as if one could end everything'),
    counts: z.object({
      alerts: count,
      acted: count,
      proposed: count,
      refused: count,
      tokens: count.describe('Distinct credentials that would have lost authority'),
      holders: count,
      production: count.describe('Of the credentials'),
      usedAfter: count.describe('Of the credentials: used after they would have ended'),
      falseActed: count.describe('Acted on, and closed as false later'),
      withdrawnActed: count.describe('Acted on, and withdrawn later'),
      mostInAnHour: count,
    }),
    cases: z.array(CaseShape).describe('Worst first'),
    digest: z.string(),
    openedBy: z
      .array(z.object({ by: z.string(), role: z.string(), at: Instant }))
      .describe('Whoever has opened it; an admin among them lets the detector act alone'),
  })
  .meta({ id: 'Backtest', description: 'What a detector acting alone would have done to this tenant' });

export function presentBacktest({ backtest, looks }: OpenedBacktest): z.infer<typeof BacktestShape> {
  const { id, detector, detectorVersion, by, isCut, isSupposed, counts, digest } = backtest;
  return {
    id,
    detector,
    detectorVersion,
    madeAt: instant(backtest.madeMs),
    by,
    from: instant(backtest.fromMs),
    to: instant(backtest.toMs),
    isCut,
    isSupposed,
    counts: { ...counts },
    cases: backtest.cases.map(presentCase),
    digest,
    openedBy: looks.map((look) => ({ by: look.by, role: look.role, at: instant(look.atMs) })),
  };
}

function presentCase({
  atMs,
  steps,
  reasons,
  ...same
}: Backtest['cases'][number]): z.infer<typeof CaseShape> {
  return {
    ...same,
    at: instant(atMs),
    reasons: [...reasons],
    steps: steps.map(({ usedAfterMs, targetsAfter, production, ...step }) => ({
      ...step,
      usedAfter: instant(usedAfterMs),
      targetsAfter: [...targetsAfter],
      production: [...production],
    })),
  };
}
