import { collectDefaultMetrics, Registry } from 'prom-client';
import {
  alertMetrics,
  detectionMetrics,
  detectorMetrics,
  engineMetrics,
  policyMetrics,
} from './detection-metrics.ts';
import { instruments } from './instruments.ts';
import { httpMetrics, intakeMetrics, kafkaMetrics, logMetrics, ssfMetrics } from './intake-metrics.ts';
import { deliveryMetrics, responseMetrics, stepMetrics } from './outbound-metrics.ts';
import { storeMetrics } from './store-metrics.ts';

export type Metrics = ReturnType<typeof createMetrics>;

/**
 * Everything the process counts, on a registry of its own. Labels come from closed sets (codes, detector ids,
 * configured names); a tenant, principal or token is never one, since each distinct value is a time series for ever.
 */
export function createMetrics(options: { readonly process?: boolean } = {}) {
  const registry = new Registry();
  const make = instruments(registry);
  if (options.process === true) collectDefaultMetrics({ register: registry });

  return {
    contentType: registry.contentType,
    render: () => registry.metrics(),
    intake: intakeMetrics(make),
    http: httpMetrics(make),
    log: logMetrics(make),
    engine: engineMetrics(make),
    detectors: detectorMetrics(make),
    detection: detectionMetrics(make),
    alerts: alertMetrics(make),
    steps: stepMetrics(make),
    store: storeMetrics(make),
    delivery: deliveryMetrics(make),
    responses: responseMetrics(make),
    policy: policyMetrics(make),
    kafka: kafkaMetrics(make),
    ssf: ssfMetrics(make),
  };
}
