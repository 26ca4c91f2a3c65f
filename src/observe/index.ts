export { createHealth, type Health, healthStates } from './health.ts';
export { createLogger, type LoggerOptions, type LogLevel } from './log.ts';
export { createMetrics, type Metrics } from './metrics.ts';
