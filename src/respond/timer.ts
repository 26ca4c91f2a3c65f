import type { Timer } from './types.ts';

/** The machine's own. Never what keeps a process alive: whoever wants to wait awaits. */
export const systemTimer: Timer = (run, ms) => {
  const handle = setTimeout(run, ms);
  handle.unref();
  return () => clearTimeout(handle);
};
