export { OutboundConfig, secretsIn } from './config.ts';
export { type Endpoint, resolveEndpoints } from './endpoints.ts';
export { createGuard } from './guard.ts';
export { createResponder, type Responder } from './responder.ts';
export { systemTimer } from './timer.ts';
export type { Log, Timer } from './types.ts';
