import { detectors } from '../../detectors/registry.ts';
import { createAlertBook } from '../alert/index.ts';
import { armDetectors } from '../detect/arming.ts';
import type { Alert } from '../domain/alert.ts';
import type { Detector } from '../domain/detector.ts';
import { ChainwardenError } from '../domain/errors.ts';
import type { LiveFinding } from '../domain/finding.ts';
import type { Engine } from '../domain/record.ts';
import { createEngine } from '../engine.ts';

export interface FreshEngine {
  readonly engine: Engine;
  readonly fold: (findings: readonly LiveFinding[]) => readonly Alert[];
  /** The detectors that run, by id, with their versions. */
  readonly versions: ReadonlyMap<string, number>;
}

/**
 * An engine and a book with nothing in them and room for everything: no chain leaves before the log ends.
 * Throws USAGE for a detector that does not exist and CONFIG_INVALID for settings that none knows.
 */
export function freshEngine(
  only: string | undefined,
  settings: Readonly<Record<string, unknown>>,
): FreshEngine {
  // All of them, so that a misspelt name is refused even where one alone runs.
  armDetectors(detectors, settings);
  const chosen = choose(only);
  const engine = createEngine({
    detectors: chosen,
    detectorConfig: Object.fromEntries(
      Object.entries(settings).filter(([id]) => chosen.some((detector) => detector.id === id)),
    ),
    liveChainsMax: Number.POSITIVE_INFINITY,
    liveEventsMax: Number.POSITIVE_INFINITY,
    chainIdleMs: Number.POSITIVE_INFINITY,
  });
  const book = createAlertBook({ alertsMax: Number.POSITIVE_INFINITY });
  return {
    engine,
    fold: (findings) => book.apply(findings).alerts,
    versions: new Map(chosen.map(({ id, version }) => [id, version])),
  };
}

function choose(id: string | undefined): readonly Detector[] {
  if (id === undefined) return detectors;
  const chosen = detectors.filter((detector) => detector.id === id);
  if (chosen.length > 0) return chosen;
  const known = detectors.map((detector) => detector.id).join(', ');
  throw new ChainwardenError('USAGE', `no detector is called ${id}; there are ${known}`);
}
