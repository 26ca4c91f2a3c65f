export { OutboundConfig, resolveEndpoints } from './config.ts';
export { createGuard } from './guard.ts';
export { createResponder, type Responder } from './responder.ts';
export { systemTimer } from './timer.ts';
export type { Endpoint, Log, Timer } from './types.ts';
export { createWebhookTransport } from './webhook.ts';
