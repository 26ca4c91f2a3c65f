import type {
  CoverageReport,
  CoverageStore,
  DetectorCoverage,
  DetectorSettings,
  EventMix,
  Oversight,
  SourceCoverage,
} from '../domain/coverage.ts';
import type { Detector } from '../domain/detector.ts';
import { OWN_SOURCE } from '../domain/event/index.ts';
import type { Policy } from '../domain/policy.ts';
import { assess, assessSource, turnedOff } from './assess.ts';

export interface OversightParts {
  readonly store: CoverageStore;
  readonly detectors: readonly Detector[];
  readonly policy: () => Policy;
  readonly isOn: (detector: string) => boolean;
  readonly settings: (detector: string, policy: Policy) => DetectorSettings;
  /** Wall clock, milliseconds since the epoch. */
  readonly clock: () => number;
}

/** Answers what detection can see, how it is set, and what is excepted from it. */
export function createOversight(parts: OversightParts): Oversight {
  const { store, detectors, clock } = parts;

  function isRunning(id: string, policy: Policy): DetectorCoverage | undefined {
    if (!parts.isOn(id)) return turnedOff(id, 'turned off');
    return parts.settings(id, policy).mode === 'draft' ? turnedOff(id, 'a draft') : undefined;
  }

  return {
    settings: (detector) => parts.settings(detector, parts.policy()),
    async coverage(tenant, hours): Promise<CoverageReport> {
      const policy = parts.policy();
      const toMs = clock();
      const fromMs = toMs - hours * 3_600_000;
      const query = { tenant, sinceMs: fromMs };
      const [{ mix, leftOut }, known] = await Promise.all([store.eventMix(query), store.completeness(query)]);
      return {
        fromMs,
        toMs,
        detectors: detectors.map(
          (detector) => isRunning(detector.id, policy) ?? assess(detector, mix, policy),
        ),
        sources: sourcesOf(detectors, mix),
        leftOut,
        completeness: known,
      };
    },
    async exceptions(tenant) {
      const uses = new Map((await store.exceptionUses(tenant)).map((use) => [use.id, use]));
      const nowMs = clock();
      return parts.policy().exceptions.map((exception) => ({
        ...exception,
        state: nowMs < Date.parse(exception.expires) ? ('in force' as const) : ('expired' as const),
        alerts: uses.get(exception.id)?.alerts ?? 0,
        lastMs: uses.get(exception.id)?.lastMs,
      }));
    },
  };
}

function sourcesOf(detectors: readonly Detector[], mix: readonly EventMix[]): readonly SourceCoverage[] {
  // What Chainwarden says of itself nobody else could tell.
  const others = new Set(mix.map(({ source }) => source).filter((source) => source !== OWN_SOURCE));
  return [...others].map((source) => {
    const told = mix.filter((one) => one.source === source);
    const seen = detectors.map((detector) => assessSource(detector, told));
    return {
      source,
      lastMs: Math.max(...told.map(({ lastMs }) => lastMs)),
      types: told.map(({ source: _, ...rest }) => rest),
      detectors: seen.filter((one) => one !== undefined),
      blind: detectors.filter((_, index) => seen[index] === undefined).map(({ id }) => id),
    };
  });
}
