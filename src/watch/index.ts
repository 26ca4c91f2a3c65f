export { startWatch, type Watch } from './start.ts';
export { createSwitchboard, detectorsOff, type Switchboard } from './switchboard.ts';
