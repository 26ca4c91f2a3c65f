export { createCarefulAdmit } from './careful-admit.ts';
export { settleJournal } from './settle.ts';
export { createSupervisor } from './supervisor.ts';
export { createSwitchboard, detectorsOff, latestSwitches, type Switchboard } from './switchboard.ts';
export { startWatchdog, type Watchdog } from './watchdog.ts';
export { watchDetectors } from './watched.ts';
