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

/** `*` stands for any run of characters; everything else for itself. Linear, no backtracking explosion. */
export function matchesPattern(glob: string, value: string): boolean {
  const parts = glob.split('*');
  const [first = ''] = parts;
  if (parts.length === 1) return glob === value;
  const last = parts[parts.length - 1] ?? '';
  if (!value.startsWith(first)) return false;
  let at = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = value.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return value.length - last.length >= at && value.endsWith(last);
}

export function matchesAny(globs: readonly string[], value: string): boolean {
  return globs.some((glob) => matchesPattern(glob, value));
}
