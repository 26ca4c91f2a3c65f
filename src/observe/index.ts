export { createHealth, type Health, type HealthReport, type HealthState, healthStates } from './health.ts';
export { createLogger, type LoggerOptions, type LogLevel } from './log.ts';
export { createMetrics, type Metrics } from './metrics.ts';
