import * as z from 'zod';
import { POLICY_ROWS_MAX } from '../limits.ts';

/** `*` stands for any run of characters, everything else for itself. */
export const pattern = z.string().min(1).max(512);
export const patterns = z.array(pattern).max(POLICY_ROWS_MAX);
/** At most a year. */
export const seconds = z.int().min(0).max(31_536_000);

/** Times of a week in UTC. `to` is not included; a window whose `from` is later than its `to` goes over midnight. */
export const WeeklyWindow = z.strictObject({
  days: z
    .array(z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']))
    .min(1)
    .max(7)
    .default(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']),
  from: z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/),
  to: z.string().regex(/^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/),
});
export type WeeklyWindow = z.infer<typeof WeeklyWindow>;

/** An interval of dates, e.g. a change freeze. */
export const Interval = z
  .strictObject({ from: z.iso.datetime({ offset: true }), to: z.iso.datetime({ offset: true }) })
  .refine(({ from, to }) => Date.parse(from) < Date.parse(to), 'ends before it begins');
export type Interval = z.infer<typeof Interval>;

const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
const DAY_MINUTES = 1_440;

/** Whether an instant lies in one of the windows; one over midnight belongs to the day on which it begins. */
export function isInWindows(windows: readonly WeeklyWindow[], atMs: number): boolean {
  const at = new Date(atMs);
  const minute = at.getUTCHours() * 60 + at.getUTCMinutes();
  const today = days[at.getUTCDay()] ?? 'sun';
  const yesterday = days[(at.getUTCDay() + 6) % 7] ?? 'sun';
  return windows.some(({ days: open, from, to }) => {
    const [begin, end] = [minutesOf(from), minutesOf(to)];
    if (begin < end) return open.includes(today) && begin <= minute && minute < end;
    return (
      (open.includes(today) && begin <= minute && minute < DAY_MINUTES) ||
      (open.includes(yesterday) && minute < end)
    );
  });
}

function minutesOf(clock: string): number {
  const [hours, minutes] = clock.split(':').map(Number);
  return (hours ?? 0) * 60 + (minutes ?? 0);
}

/**
 * `*` stands for any run of characters; everything else for itself. Linear, no backtracking explosion. Every detector
 * compares every action with patterns: most differ in their first character, and nothing is cut up to see that.
 */
export function matchesPattern(glob: string, value: string): boolean {
  let star = glob.indexOf('*');
  if (star < 0) return glob === value;
  if (star > 0 && glob.charCodeAt(0) !== value.charCodeAt(0)) return false;
  if (!value.startsWith(glob.slice(0, star))) return false;
  let at = star;
  for (let next = glob.indexOf('*', star + 1); next >= 0; next = glob.indexOf('*', star + 1)) {
    const part = glob.slice(star + 1, next);
    const found = value.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
    star = next;
  }
  const last = glob.length - star - 1;
  return value.length - last >= at && value.endsWith(glob.slice(star + 1));
}

export function matchesAny(globs: readonly string[], value: string): boolean {
  return globs.some((glob) => matchesPattern(glob, value));
}
