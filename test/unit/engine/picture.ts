import type { AdmittedEvent } from '../../../src/domain/event/index.ts';
import { Policy } from '../../../src/domain/policy.ts';
import type { EngineOutput } from '../../../src/domain/record.ts';
import { START_MS } from './worlds.ts';

export const policy = Policy.parse({
  expects: { issuers: ['https://as.example'] },
  humanRequired: ['crm:write'],
  fanOut: { childrenPerToken: 2, targetsPerChain: 1, toolsPerChain: 2, toolsPerPrincipalHour: 2 },
});

export interface Picture {
  readonly chains: unknown;
  readonly hops: unknown;
  readonly actions: unknown;
  readonly findings: unknown;
}

const byKey = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

/** Everything the engine holds, as it would be stored, without the offsets (they are the order of arrival). */
export function picture(output: Pick<EngineOutput, keyof Picture>): Picture {
  const plain = <T extends object>(rows: readonly T[], key: (row: T) => string): unknown =>
    rows
      .map((row) => [key(row), { ...row, version: 0, late: false }] as const)
      .sort(([a], [b]) => byKey(a, b));
  return {
    chains: plain(
      output.chains
        .filter((chain) => chain.state !== 'merged')
        .map((chain) => ({ ...chain, verdict: chain.verdict === 'late' ? 'root' : chain.verdict })),
      (chain) => chain.id,
    ),
    hops: plain(output.hops, (hop) => hop.key),
    actions: plain(
      output.actions.filter((action) => action.hopKey !== ''),
      (action) => action.id,
    ),
    findings: plain(
      output.findings.filter(({ state }) => state !== 'withdrawn' && state !== 'merged'),
      (finding) => finding.id,
    ),
  };
}

/** Rows as a store would hold them: the last of each key. */
export function createRows(): { take(output: EngineOutput): void; picture(): Picture } {
  const rows = { chains: new Map(), hops: new Map(), actions: new Map(), findings: new Map() };
  return {
    take(output) {
      for (const chain of output.chains) rows.chains.set(chain.id, chain);
      for (const hop of output.hops) rows.hops.set(hop.key, hop);
      for (const action of output.actions) rows.actions.set(action.id, action);
      for (const finding of output.findings) rows.findings.set(finding.id, finding);
    },
    picture: () =>
      picture({
        chains: [...rows.chains.values()],
        hops: [...rows.hops.values()],
        actions: [...rows.actions.values()],
        findings: [...rows.findings.values()],
      }),
  };
}

/** A counterexample that a person can read. */
export const told = (list: readonly AdmittedEvent[]): string =>
  list
    .map(
      (event) =>
        `${event.source} ${event.id} +${(event.timeMs - START_MS) / 1000}s ${JSON.stringify(event.data)}${event.origin.issuerBound ? '' : ' unbound'}`,
    )
    .join('\n');
