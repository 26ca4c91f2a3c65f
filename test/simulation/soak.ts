import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { bundle } from './bundle.ts';
import { range, runSeeds } from './run.ts';
import type { Verdict } from './seed.ts';

/**
 * `npm run simulate:soak` goes on with growing seeds until it is interrupted or one of them fails;
 * `-- --seed N` replays one alone and says what happens in it; `-- --from N` begins elsewhere.
 */
const { values } = parseArgs({ options: { seed: { type: 'string' }, from: { type: 'string' } } });
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const EVERY_SEEDS = 100;

const path = await bundle();
let ok = 0;
let failed = 0;
const startedMs = Date.now();

function judge(verdict: Verdict): boolean {
  const { seed, problems, ...facts } = verdict;
  if (problems.length === 0) {
    ok += 1;
    if (values.seed !== undefined) say(`seed ${seed} is well: ${JSON.stringify(facts)}`);
    else if (ok % EVERY_SEEDS === 0)
      say(`${ok} seeds, ${((Date.now() - startedMs) / ok).toFixed(1)} ms each`);
    return true;
  }
  failed += 1;
  say(`seed ${seed} FAILED: ${JSON.stringify(facts)}`);
  for (const problem of problems) say(`  ${problem}`);
  say(`  again: npm run simulate:soak -- --seed ${seed}`);
  return failed < 5;
}

const alone = values.seed === undefined ? undefined : Number(values.seed);
await runSeeds({
  bundle: path,
  seeds: alone === undefined ? range(Number(values.from ?? 1), Number.POSITIVE_INFINITY) : [alone],
  threads: alone === undefined ? availableParallelism() : 1,
  onVerdict: judge,
  ...(alone === undefined ? {} : { onTrace: say }),
});
process.exitCode = failed > 0 ? 1 : 0;
