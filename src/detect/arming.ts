import type { Detector, Sighting } from '../domain/detector.ts';
import { ChainwardenError } from '../domain/errors.ts';
import type { DetectorMode } from '../domain/policy/detectors.ts';
import type { Policy } from '../domain/policy.ts';

/** A detector with its configuration parsed. */
export interface ArmedDetector {
  readonly detector: Detector;
  readonly config: unknown;
}

type Settings = Readonly<Record<string, unknown>>;

/** Throws CONFIG_INVALID for a detector that does not exist and for settings that one does not know. */
export function armDetectors(
  detectors: readonly Detector[],
  configs: Settings = {},
): readonly ArmedDetector[] {
  const unknown = Object.keys(configs).find((id) => !detectors.some((detector) => detector.id === id));
  if (unknown !== undefined) {
    throw new ChainwardenError('CONFIG_INVALID', `the configuration names ${unknown}, which is no detector`);
  }
  return detectors.map((detector) => {
    const result = detector.config.safeParse(configs[detector.id] ?? {});
    if (result.success) return { detector, config: result.data };
    const [issue] = result.error.issues;
    const where = ['detectors', detector.id, ...(issue?.path ?? [])].join('.');
    throw new ChainwardenError('CONFIG_INVALID', `${where}: ${issue?.message ?? 'invalid'}`);
  });
}

/** How far a detector is trusted under a policy: as policy says, else as it was shipped. */
export function modeOf(detector: Detector, policy: Policy): DetectorMode {
  return policy.detectors[detector.id]?.mode ?? detector.maturity;
}

/** The detectors as a policy sets them. */
export interface Arming {
  /** Those that look at such a thing. Drafts look at nothing. */
  looking(on: Sighting['on'], policy: Policy): readonly ArmedDetector[];
  mode(detector: string, policy: Policy): DetectorMode;
  /** The detector's settings in force. */
  config(detector: string, policy: Policy): unknown;
}

/**
 * Sets detectors once for each policy. What policy says of a detector's settings replaces member by member what the
 * configuration says; settings that the detector no longer knows are passed over, since an old policy must not end
 * the process that reads it back.
 */
export function createArming(armed: readonly ArmedDetector[], configs: Settings = {}): Arming {
  const byPolicy = new WeakMap<Policy, Map<Sighting['on'], readonly ArmedDetector[]>>();

  function arm(policy: Policy): Map<Sighting['on'], readonly ArmedDetector[]> {
    const live = armed
      .filter(({ detector }) => modeOf(detector, policy) !== 'draft')
      .map((shipped) => ({ ...shipped, config: configOf(shipped, policy) }));
    const kinds = new Set(live.flatMap(({ detector }) => detector.looksAt));
    return new Map(
      [...kinds].map((on) => [on, live.filter(({ detector }) => detector.looksAt.includes(on))]),
    );
  }

  function configOf({ detector, config }: ArmedDetector, policy: Policy): unknown {
    const said = policy.detectors[detector.id]?.config;
    if (said === undefined) return config;
    const shipped = configs[detector.id];
    const result = detector.config.safeParse({ ...(typeof shipped === 'object' ? shipped : {}), ...said });
    return result.success ? result.data : config;
  }

  return {
    looking(on, policy) {
      let known = byPolicy.get(policy);
      if (known === undefined) {
        known = arm(policy);
        byPolicy.set(policy, known);
      }
      return known.get(on) ?? none;
    },
    mode(id, policy) {
      const shipped = armed.find(({ detector }) => detector.id === id);
      return shipped === undefined ? 'live' : modeOf(shipped.detector, policy);
    },
    config(id, policy) {
      const shipped = armed.find(({ detector }) => detector.id === id);
      return shipped === undefined ? {} : configOf(shipped, policy);
    },
  };
}

const none: readonly ArmedDetector[] = [];
