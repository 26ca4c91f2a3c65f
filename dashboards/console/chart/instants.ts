/** Times as people read them in a drawing: UTC, and no longer than needed. */

export function msOf(text: string): number;
export function msOf(text: string | null | undefined): number | undefined;
export function msOf(text: string | null | undefined): number | undefined {
  if (typeof text !== 'string') return undefined;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms;
}

export function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

export function clockOf(ms: number): string {
  return new Date(ms).toISOString().slice(11, 19);
}

/** The clock alone on the day that everything else is on; elsewhere the day, too. */
export function shortTime(ms: number, dayMs: number): string {
  return dayOf(ms) === dayOf(dayMs)
    ? clockOf(ms)
    : `${dayOf(ms)} ${new Date(ms).toISOString().slice(11, 16)}`;
}

export function fullTime(ms: number): string {
  return `${dayOf(ms)} ${clockOf(ms)} UTC`;
}
