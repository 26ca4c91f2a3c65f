import * as z from 'zod';
import { severities } from '../../domain/finding.ts';
import { handlingStates } from '../../domain/incident.ts';
import type { Pulse } from '../../domain/pulse.ts';
import { Instant, instant } from './common.ts';

export const OverviewShape = z
  .object({
    from: Instant,
    to: Instant,
    stepSeconds: z.int(),
    stored: z
      .object({ events: z.int(), chains: z.int(), alerts: z.int(), deadLetters: z.int() })
      .describe('All that is kept of this tenant; of very many events repeats may count twice'),
    openChains: z.int().describe('Chains of which more may come'),
    eventsPerSecond: z.number().describe('Over the last minute, by arrival'),
    lastEventAt: Instant.optional().describe('When the last one arrived; absent: none since `from`'),
    steps: z
      .array(z.object({ at: Instant, events: z.int(), alerts: z.int() }))
      .describe('Events by their time, alerts by when they began; oldest first, without holes'),
    incidents: z
      .array(z.object({ severity: z.enum(severities), handling: z.enum(handlingStates), count: z.int() }))
      .describe('Incidents that stand, whenever they began, by how far people are with them'),
    detectors: z
      .array(
        z.object({
          detector: z.string(),
          alerts: z.int(),
          signals: z.int(),
          open: z.int().describe('Alerts that nobody has acknowledged or closed'),
          severity: z.enum(severities).describe('The highest of them'),
        }),
      )
      .describe('With activity since `from`, most alerts first'),
  })
  .meta({ id: 'Overview', description: 'What stands and what happened lately, in numbers' });

export interface Overview {
  readonly pulse: Pulse;
  readonly stored: z.infer<typeof OverviewShape>['stored'];
  readonly fromMs: number;
  readonly toMs: number;
  readonly stepMs: number;
}

export function presentOverview({
  pulse,
  stored,
  fromMs,
  toMs,
  stepMs,
}: Overview): z.infer<typeof OverviewShape> {
  const { steps, detectors, incidents, lastMinute, lastHeardMs, openChains } = pulse;
  const byTime = new Map(steps.map((step) => [step.atMs, step]));
  const count = Math.floor(toMs / stepMs) - Math.floor(fromMs / stepMs) + 1;
  const firstMs = Math.floor(fromMs / stepMs) * stepMs;
  return {
    from: instant(fromMs),
    to: instant(toMs),
    stepSeconds: stepMs / 1000,
    stored: { ...stored },
    openChains,
    eventsPerSecond: lastMinute / 60,
    lastEventAt: instant(lastHeardMs),
    steps: Array.from({ length: count }, (_, index) => {
      const atMs = firstMs + index * stepMs;
      const { events = 0, alerts = 0 } = byTime.get(atMs) ?? {};
      return { at: instant(atMs), events, alerts };
    }),
    incidents: incidents.map((one) => ({ ...one })),
    detectors: detectors.map((one) => ({ ...one })),
  };
}
