export { SsfConfig, type Transmitter } from './config.ts';
export { createSecurityEvents } from './receiver.ts';
