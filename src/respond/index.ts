export { type Endpoint, OutboundConfig, resolveEndpoints, secretsIn } from './config.ts';
export { createGuard } from './guard.ts';
export { createResponder, type Responder } from './responder.ts';
export { systemTimer } from './timer.ts';
export type { Log, Timer } from './types.ts';
export { createWebhookChannel } from './webhook.ts';
