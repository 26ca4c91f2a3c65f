export { OutboundConfig, type ResponseConfig, resolveEndpoints } from './config.ts';
export { createGuard } from './guard.ts';
export { createResponder, type HandleOptions, type Responder } from './responder.ts';
export { systemTimer } from './timer.ts';
export type { Clock, Endpoint, Log, Timer, Transport } from './types.ts';
export { createWebhookTransport } from './webhook.ts';
