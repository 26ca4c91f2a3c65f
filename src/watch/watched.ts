import type { Detector, EvaluationWatch, Sighting } from '../domain/detector.ts';
import { soundFindings } from './findings.ts';

/**
 * The same detectors with a watch beside every evaluation, and with what they return checked while it still watches.
 * A fault goes on to the caller, which treats it as it treats any.
 */
export function watchDetectors(detectors: readonly Detector[], watch: EvaluationWatch): readonly Detector[] {
  return detectors.map((detector, index) => ({
    ...detector,
    evaluate(sighting, config) {
      const instance = instanceOf(sighting);
      watch.begin(index, instance);
      try {
        const findings = soundFindings(detector.evaluate(sighting, config));
        watch.end(index);
        return findings;
      } catch (error) {
        watch.fault(index, instance, error);
        throw error;
      }
    },
  }));
}

/** The key of what is looked at; it exists already, so that nothing is built for every evaluation. */
function instanceOf(sighting: Sighting): string {
  switch (sighting.on) {
    case 'token':
      return sighting.token.key;
    case 'action':
      return sighting.action.id;
    case 'chain':
      return sighting.chain.rootKey;
    case 'principal':
      return sighting.window.key;
    case 'source':
      return sighting.source.source;
    case 'issuer':
      return sighting.issuer.issuer;
    case 'tool':
      return sighting.tool.key;
    case 'feed':
      return sighting.feed.issuer;
  }
}
