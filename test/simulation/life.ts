import type { Random } from '../../src/evaluate/random.ts';
import type { VirtualTime } from './clock.ts';

/**
 * One life of the process under test. Whatever it waits for it waits for here, so that its end is an end: nothing
 * of a killed process runs on, and only what the store holds is left of it.
 */
export interface Life {
  readonly dead: boolean;
  /** A timer of this process. */
  after(ms: number, run: () => void): () => void;
  /** A point at which the process may be killed. */
  point(): void;
  /** Kills it after so many points. */
  arm(points: number): void;
  /** Does `effect` outside the process, then tells it. Resolves never if the process is killed meanwhile. */
  outside<T>(effect: Effect<T>): Promise<T>;
  kill(): void;
}

export interface Effect<T> {
  /** Until it takes effect, and from then until the process hears of it; 0 lets nothing happen in between. */
  readonly thereMs: number;
  readonly backMs: number;
  /** What happens. Throwing is an answer too. */
  run(): T;
  /** What becomes of it when the process is killed before it took effect: it may have been on its way. */
  abandon(): void;
}

export function createLife(time: VirtualTime, random: Random, onKilled: () => void): Life {
  const underWay = new Set<() => void>();
  let dead = false;
  let pointsLeft = Number.POSITIVE_INFINITY;

  const life: Life = {
    get dead() {
      return dead;
    },
    after(ms, run) {
      return time.after(ms, () => {
        if (!dead) run();
      });
    },
    point() {
      if (dead) return;
      pointsLeft -= 1;
      if (pointsLeft <= 0) life.kill();
    },
    arm(points) {
      pointsLeft = points;
    },
    outside({ thereMs, backMs, run, abandon }) {
      return new Promise((resolve, reject) => {
        if (dead) return;
        underWay.add(abandon);
        life.point();
        life.after(thereMs, () => {
          underWay.delete(abandon);
          const answer = attempt(run);
          life.point();
          const tell = (): void => {
            life.point();
            if (dead) return;
            if ('error' in answer) reject(answer.error);
            else resolve(answer.value);
          };
          if (backMs === 0) tell();
          else life.after(backMs, tell);
        });
      });
    },
    kill() {
      if (dead) return;
      dead = true;
      for (const abandon of underWay) if (random.chance(0.5)) abandon();
      onKilled();
    },
  };
  return life;
}

function attempt<T>(run: () => T): { value: T } | { error: unknown } {
  try {
    return { value: run() };
  } catch (error) {
    return { error };
  }
}
