/** Distinct sightings in a row at which a detector may throw. One that throws at everything is broken, not unlucky. */
const FAULTS_MAX = 50;

export interface Breaker {
  /** True when this was one too many; counting begins anew. */
  fault(detector: number, instance: string): boolean;
  success(detector: number): void;
}

/** Counts how many different sightings in a row a detector could not bear. The same one again counts once. */
export function createBreaker(detectors: number, faultsMax: number = FAULTS_MAX): Breaker {
  const inARow: Set<string>[] = Array.from({ length: detectors }, () => new Set());
  // Looked at after every evaluation: a typed array, so that the common case is one load.
  const counts = new Uint32Array(detectors);

  function clear(detector: number): void {
    counts[detector] = 0;
    inARow[detector]?.clear();
  }

  return {
    fault(detector, instance) {
      const seen = inARow[detector];
      if (seen === undefined) return false;
      seen.add(instance);
      counts[detector] = seen.size;
      if (seen.size < faultsMax) return false;
      clear(detector);
      return true;
    },
    success(detector) {
      if (counts[detector] !== 0) clear(detector);
    },
  };
}
