import { clockOf, dayOf } from './instants.ts';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
/** Steps that people count time in. */
const steps = [
  ...[1, 2, 5, 10, 15, 30].map((n) => n * second),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * minute),
  ...[1, 2, 3, 6, 12].map((n) => n * hour),
  ...[1, 2, 7, 14, 30, 91, 365].map((n) => n * day),
];
const TICKS_MAX = 8;

export interface Tick {
  readonly atMs: number;
  readonly label: string;
}

/** Round instants of UTC, few enough that their labels do not touch. The first one, and each of a new day, says it. */
export function ticksOf(fromMs: number, toMs: number): readonly Tick[] {
  const span = Math.max(1, toMs - fromMs);
  const stepMs = steps.find((each) => span / each <= TICKS_MAX) ?? Math.ceil(span / TICKS_MAX / day) * day;
  const ticks: Tick[] = [];
  let shownDay = '';
  for (let atMs = Math.ceil(fromMs / stepMs) * stepMs; atMs <= toMs; atMs += stepMs) {
    const isNewDay = dayOf(atMs) !== shownDay;
    shownDay = dayOf(atMs);
    const clock = stepMs < minute ? clockOf(atMs) : clockOf(atMs).slice(0, 5);
    ticks.push({ atMs, label: stepMs >= day ? shownDay : isNewDay ? `${shownDay} ${clock}` : clock });
  }
  return ticks;
}
