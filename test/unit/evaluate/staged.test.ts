import { describe, expect, it } from 'vitest';
import { detectors } from '../../../detectors/registry.ts';
import { runBatch } from '../../../src/cli/batch.ts';
import { Policy } from '../../../src/domain/policy.ts';
import {
  type LabelLine,
  type SimulateOptions,
  score,
  simulate,
  worldPolicy,
} from '../../../src/evaluate/index.ts';
import { SIMULATION_START_MS } from '../../../src/evaluate/world/simulate.ts';
import { attackVariants, lookAlikeVariants } from '../../../src/evaluate/world/variants.ts';

/** So many that every attack and every look-alike is told at least once. */
const CHAINS = 20 * Math.ceil(Math.max(attackVariants.length, lookAlikeVariants.length) / 5);

/** A world with everything in it, what is true of its chains, and what the detectors say. */
async function staged(options: Pick<SimulateOptions, 'seed' | 'disorder'>) {
  const told = [...simulate({ ...options, chains: CHAINS, attacks: 'all' })];
  const position = { source: 'world', partition: 0, offset: 0 };
  async function* input() {
    yield { records: told.map(({ event: raw }) => ({ raw, adapter: 'cloudevents', position })), refused: [] };
  }
  const { alerts } = await runBatch({
    input: input(),
    policy: Policy.parse(worldPolicy()),
    nowMs: SIMULATION_START_MS,
    keepChains: false,
    onRefused: ({ reason }) => {
      throw new Error(reason);
    },
  });
  const labels: LabelLine[] = told.flatMap(({ label }) => (label === undefined ? [] : [{ ...label }]));
  return { alerts, labels };
}

/** Of each chain, which detectors page beyond the expected ones, and which of these do not. */
function differences({ alerts, labels }: Awaited<ReturnType<typeof staged>>): string[] {
  return labels.flatMap(({ txn, variant, detectors }) => {
    const paged = new Set(alerts.filter((a) => a.txn === txn && a.kind === 'alert').map((a) => a.detector));
    const expected = new Set(detectors as readonly string[]);
    return [
      ...[...expected].filter((id) => !paged.has(id)).map((id) => `${variant}: ${id} is silent`),
      ...[...paged].filter((id) => !expected.has(id)).map((id) => `${variant}: ${id} pages`),
    ];
  });
}

/**
 * Those that cannot be expected of a chain: they only ever signal, run in the shadow, or page about a feed or about a
 * publisher, of which a file has but one, or rest on what Chainwarden did itself, which no file may say.
 */
const unstaged = [
  'child-outlives-parent',
  'contradicting-reports',
  'foreign-publisher',
  'rubber-stamp',
  'secret-to-new-target',
  'silent-feed',
  'unconfirmed-revocation',
];

it('every detector that pages about chains is staged', () => {
  const staged = new Set(attackVariants.flatMap(({ detectors: ids }) => ids));
  expect([...staged, ...unstaged].sort()).toEqual(detectors.map(({ id }) => id).sort());
});

describe.each([
  { seed: 1, disorder: false },
  { seed: 2, disorder: true },
])('of a world with every attack and every look-alike ($seed, disorder: $disorder)', (options) => {
  it('every attack is found by the detectors it names, and nothing else pages', {
    timeout: 60_000,
  }, async () => {
    const world = await staged(options);
    expect(differences(world)).toEqual([]);
    const { total, detectors: each } = score(world.alerts, world.labels, { by: 'attack' });
    expect(total).toMatchObject({ recall: 1, fpr: 0, fn: 0, fp: 0 });
    expect(total.tp).toBeGreaterThanOrEqual(attackVariants.length);
    for (const [id, tally] of Object.entries(each)) expect([id, tally.fp, tally.fn]).toEqual([id, 0, 0]);
  });
});
