import { detectors } from '../../detectors/registry.ts';
import type { Config } from '../config.ts';
import { armDetectors, createArming } from '../detect/arming.ts';
import { type CoverageReport, type Share, type Sight, sights } from '../domain/coverage.ts';
import type { Policy } from '../domain/policy.ts';
import type { Store } from '../domain/ports.ts';
import { createOversight } from '../oversight/index.ts';
import type { Diagnosis } from './doctor.ts';

const HOURS = 24;

/** What detection could see of the last day, in words: by detector, then by source. */
export async function diagnoseCoverage(
  store: Store,
  { config, policy, clock }: { config: Config; policy: Policy; clock: () => number },
): Promise<readonly Diagnosis[]> {
  const off = new Set(
    (await store.detectorSwitches()).filter(({ on }) => !on).map(({ detector }) => detector),
  );
  const arming = createArming(armDetectors(detectors, config.detectors), config.detectors);
  const oversight = createOversight({
    store,
    detectors,
    policy: () => policy,
    isOn: (detector) => !off.has(detector),
    settings: (id) => ({ mode: arming.mode(id, policy), config: arming.config(id, policy) }),
    clock,
  });
  return inWords(await oversight.coverage(config.tenant, HOURS));
}

function inWords(report: CoverageReport): readonly Diagnosis[] {
  if (report.sources.length === 0) {
    return [['note', `nobody told anything in the last ${HOURS} hours: every detector is blind`]];
  }
  const of = (state: Sight) => report.detectors.filter((one) => one.state === state);
  return [
    ['ok', `coverage of ${HOURS} hours: ${sights.map((state) => `${of(state).length} ${state}`).join(', ')}`],
    ...[...of('blind'), ...of('partial'), ...of('off')].map(
      ({ state, detector, why }): Diagnosis => ['note', `${state.padEnd(7)} ${detector}: ${why}`],
    ),
    ...of('armed').map(({ detector }): Diagnosis => ['ok', `armed   ${detector}`]),
    ...report.sources.map(({ source, types, detectors: seen }): Diagnosis => {
      const partial = seen.filter(({ state }) => state === 'partial').length;
      const told = types.map(({ type, count }) => `${type} ${count}`).join(', ');
      return ['ok', `source  ${source}: ${told}; armed ${seen.length - partial}, partial ${partial}`];
    }),
    ...(report.leftOut === 0 ? [] : [['note', `${report.leftOut} more sources`] satisfies Diagnosis]),
    ['ok', shares(report)],
  ];
}

function shares({ completeness: { chains, owners, issuance } }: CoverageReport): string {
  const of = ({ all, known }: Share): string => `${known} of ${all}`;
  return [
    `complete chains: ${chains.complete} of ${chains.all}`,
    `machines registered or with an owner: ${of(owners)}`,
    `credentials whose issuance is known: ${of(issuance)}`,
  ].join('; ');
}
