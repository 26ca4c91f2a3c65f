import type { Logger } from 'pino';
import type { Config } from './config.ts';
import type { AuditSink } from './domain/audit.ts';
import type { Backtests, Modes } from './domain/backtest.ts';
import type { Store } from './domain/ports.ts';
import type { Policies } from './policies.ts';
import { type Connectors, createBacktests, createModes } from './respond/index.ts';

interface Parts {
  readonly store: Store;
  readonly audit: AuditSink;
  readonly log: Logger;
  readonly clock: () => number;
}

/** In which mode each detector is. Read before anything is decided: until then every one proposes. */
export async function openModes(config: Config, parts: Parts): Promise<Modes> {
  const modes = createModes({ ...parts, most: config.outbound.response.mode });
  await modes.load();
  return modes;
}

/** What detectors would have done, by the policy, the connectors and the limits that there are. */
export function openBacktests(
  config: Config,
  parts: Parts & { readonly policies: Policies; readonly connectors: Connectors['all'] },
): Backtests {
  return createBacktests({
    ...parts,
    config: config.outbound.response,
    policy: () => parts.policies.status.policy,
  });
}
