import type { Adapter } from './adapter.ts';
import { cloudtrail } from './cloudtrail/index.ts';

export type { Adapter, CanonicalEvent, Translation } from './adapter.ts';
export { cloudtrail };

/** Every foreign format that files may hold, in the order in which they are asked. */
export const adapters: readonly Adapter[] = [cloudtrail];
