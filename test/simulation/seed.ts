import type { Admit } from '../../src/domain/admission.ts';
import { createRandom } from '../../src/evaluate/random.ts';
import { createAdmit } from '../../src/ingest/admit.ts';
import { createVirtualTime } from './clock.ts';
import { differences } from './compare.ts';
import { createLife, type Life } from './life.ts';
import { type EngineLimits, type SimulatedProcess, startProcess } from './process.ts';
import { startNetwork } from './publisher.ts';
import { createReceiver } from './receiver.ts';
import { openStore } from './store.ts';
import { createTables } from './tables.ts';
import { truthOf } from './truth.ts';
import { createWorld, START_MS } from './world.ts';

export interface SeedOptions {
  /** What happens, line by line, for whoever replays a seed alone. */
  readonly trace?: (line: string) => void;
}

export interface Verdict {
  readonly seed: number;
  /** In what the world that was lived through differs from the truth. */
  readonly problems: readonly string[];
  readonly events: number;
  readonly crashes: number;
  readonly lateJoins: number;
  readonly messages: number;
  /** Events that came back into memory. */
  readonly recalled: number;
  readonly steps: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Things that may happen in one world; more is a world that never comes to rest. */
const STEPS_MAX = 400_000;
/** So small that chains leave memory and come back all the time. */
const LIMITS: readonly EngineLimits[] = [
  { liveChainsMax: 3, liveEventsMax: 30, chainIdleMs: 5 * MINUTE_MS },
  { liveChainsMax: 8, liveEventsMax: 120, chainIdleMs: HOUR_MS },
  { liveChainsMax: 1, liveEventsMax: 1, chainIdleMs: 0 },
];

/** Schemas are compiled once; the seeds that share them share nothing else. */
export function createSimulation(): (seed: number, options?: SeedOptions) => Promise<Verdict> {
  const admit = createAdmit();
  return (seed, options = {}) => runSeed(seed, admit, options);
}

async function runSeed(seed: number, admit: Admit, { trace }: SeedOptions): Promise<Verdict> {
  const random = createRandom(`faults ${seed}`);
  const world = createWorld(seed);
  const truth = truthOf(world, admit);
  const time = createVirtualTime(START_MS);
  const tables = createTables();
  const receiver = createReceiver(random.fork('receiver'));
  const problems: string[] = [];
  const limits = random.pick(LIMITS);
  const checkpointRecords = random.pick([1, 8, 40]);
  const endMs = Math.max(world.bulkEndMs, ...world.lateMs) + 2 * HOUR_MS;
  let crashes = 0;
  let recalled = 0;
  const say = (what: string): void => trace?.(`${new Date(time.nowMs).toISOString()} ${what}`);

  let life: Life | undefined;
  let up: SimulatedProcess | undefined;
  let awayUntilMs = 0;

  function boot(): void {
    const own = createLife(time, random, () => {
      crashes += 1;
      recalled += up?.stats.recalledEvents ?? 0;
      say('killed');
      up = undefined;
      time.after(random.chance(0.1) ? random.int(MINUTE_MS, 15 * MINUTE_MS) : random.int(200, 20_000), boot);
    });
    life = own;
    say('starts');
    // Sometimes killed again while it still finds its feet.
    if (crashes > 0 && crashes < 5 && random.chance(0.25)) own.arm(random.int(1, 60));
    const calm = time.nowMs > endMs;
    const store = openStore(tables, own, {
      random,
      failsBefore: calm ? 0 : 0.02,
      failsAfter: calm ? 0 : 0.02,
      slow: calm ? 0 : 0.01,
      isAway: () => time.nowMs < awayUntilMs,
      trace: trace && say,
    });
    void startProcess({
      store,
      life: own,
      nowMs: () => time.nowMs,
      random,
      channel: receiver.connect(own),
      admit,
      policy: world.policy,
      limits,
      checkpointRecords,
      fail: (error) => {
        if (!own.dead) problems.push(`the pipeline stopped: ${String(error)} ${causeOf(error)}`);
        own.kill();
      },
    }).then(
      (process) => {
        if (own.dead) return;
        up = process;
        say('is up');
      },
      // As a supervisor would: a start that fails is tried again.
      (error) => {
        say(`start failed: ${String(error)}`);
        own.kill();
      },
    );
  }

  function beat(): void {
    up?.beat();
    if (time.nowMs > endMs + 3 * HOUR_MS && network.calm) return;
    const busy = time.nowMs < world.bulkEndMs;
    time.after(busy ? random.int(2_000, 4 * MINUTE_MS) : random.int(MINUTE_MS, 40 * MINUTE_MS), beat);
  }

  boot();
  const network = startNetwork({
    time,
    random: random.fork('network'),
    publishers: world.publishers,
    messages: world.messages,
    intake: () => up?.intake,
  });
  beat();
  // One kill among tellings that are taken back, one at any time, one when something comes hours late.
  const bulkMs = world.bulkEndMs - START_MS;
  const killAtMs = [world.retoldMs - START_MS + random.int(0, 8 * MINUTE_MS), random.int(0, bulkMs)];
  const [lateMs] = random.shuffle(world.lateMs);
  if (lateMs !== undefined) killAtMs.push(lateMs - START_MS);
  for (const ms of killAtMs) time.after(ms, () => life?.arm(random.int(1, 40)));
  for (let outages = random.int(0, 2); outages > 0; outages -= 1) {
    time.after(random.int(0, bulkMs), () => {
      awayUntilMs = time.nowMs + random.int(5_000, 5 * MINUTE_MS);
      say('the store is away');
    });
  }

  if (!(await time.run(STEPS_MAX))) problems.push('the world never came to rest');
  problems.push(...differences(world, truth, tables, receiver.received));
  if (up?.waiting !== false) problems.push('something is still provisional');
  if (!network.calm) problems.push('publishers are still waiting');
  return {
    seed,
    problems,
    events: truth.admitted.size,
    crashes,
    lateJoins: world.lateMs.length,
    messages: receiver.received.length,
    recalled: recalled + (up?.stats.recalledEvents ?? 0),
    steps: time.steps,
  };
}

function causeOf(error: unknown): string {
  return error instanceof Error ? String(error.stack ?? '') : '';
}
