import { describe, expect, it } from 'vitest';
import { bundle } from './bundle.ts';
import { range, runSeeds } from './run.ts';
import type { Verdict } from './seed.ts';

/** As many as CI has time for; `npm run simulate:soak` goes on from there. */
const SEEDS = Number(process.env['SIMULATION_SEEDS'] ?? 60);

describe('the simulated service', () => {
  it(`comes to the truth in ${SEEDS} worlds of crashes, losses and late joins`, async () => {
    const failed: Verdict[] = [];
    const verdicts: Verdict[] = [];
    await runSeeds({
      bundle: await bundle(),
      seeds: range(1, SEEDS),
      threads: 2,
      onVerdict(verdict) {
        verdicts.push(verdict);
        if (verdict.problems.length > 0) failed.push(verdict);
        return failed.length < 3;
      },
    });
    expect(failed, 'replay one with: npm run simulate:soak -- --seed N').toEqual([]);
    expect(verdicts).toHaveLength(SEEDS);
    // What a world must have been through, so that its peace means something.
    const tame = verdicts.filter(
      ({ events, crashes, lateJoins, recalled }) =>
        events < 200 || crashes < 2 || lateJoins < 1 || recalled < 1,
    );
    expect(tame).toEqual([]);
  });

  it('lives the same life twice', async () => {
    const path = await bundle();
    const lives: string[] = [];
    for (let time = 0; time < 2; time += 1) {
      const lines: string[] = [];
      const onVerdict = (verdict: Verdict): boolean => lines.push(JSON.stringify(verdict)) > 0;
      await runSeeds({
        bundle: path,
        seeds: [7],
        threads: 1,
        onVerdict,
        onTrace: (line) => lines.push(line),
      });
      lives.push(lines.join('\n'));
    }
    expect(lives[0]).toBe(lives[1]);
  });
});
