export { startWatch, type Watch } from './start.ts';
export { createSwitchboard, type Switchboard } from './switchboard.ts';
