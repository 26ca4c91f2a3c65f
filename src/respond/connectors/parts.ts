import type { DenyList } from '../../domain/deny-list.ts';
import type { Guard } from '../guard.ts';
import type { Environment } from '../secrets.ts';
import type { Clock } from '../types.ts';

/** What connectors are made of. */
export interface ConnectorParts {
  readonly guard: Guard;
  readonly clock: Clock;
  readonly env: Environment;
  readonly denyList: DenyList;
  /** For everything that one attempt asks of others. */
  readonly timeoutMs?: number;
}
