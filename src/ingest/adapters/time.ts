import { EVENT_TIME_MS_MAX } from '../../domain/limits.ts';

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** `2024-07-30T21:46:15Z`, with an offset, a fraction or a blank instead of the T; no zone means UTC. */
const iso =
  /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?\s?(?:(Z|UTC)|([+-])(\d\d):?(\d\d))?$/i;
/** `Oct 2, 2019 11:12:29 PM` and `Oct 2, 2019, 11:12:29 PM`; newer Java puts a narrow no-break space before PM. */
const us = /^([A-Za-z]{3})[a-z]{0,6}\.? (\d{1,2}), (\d{4}),? (\d{1,2}):(\d\d):(\d\d)\s([AP])M$/u;

/** Seconds of later dates have twelve digits, milliseconds of earlier ones fewer: 1973 to 5138. */
const MILLISECONDS_MIN = 100_000_000_000;

/**
 * Milliseconds since the epoch of a time as AWS and log shippers write it, undefined for anything else and for a
 * time that no event can have. Not `Date.parse`, which reads texts without a zone in the zone of the machine.
 */
export function parseTime(value: unknown): number | undefined {
  const ms =
    typeof value === 'number' ? fromNumber(value) : typeof value === 'string' ? fromText(value) : undefined;
  return ms !== undefined && ms >= 0 && ms < EVENT_TIME_MS_MAX ? ms : undefined;
}

function fromText(value: string): number | undefined {
  if (value.length > 64) return undefined;
  const text = value.trim();
  if (/^\d{9,13}(?:\.\d{1,9})?$/.test(text)) return fromNumber(Number(text));
  return fromIso(text) ?? fromUs(text);
}

function fromNumber(value: number): number | undefined {
  if (!Number.isFinite(value) || value <= 0) return undefined;
  return Math.round(value < MILLISECONDS_MIN ? value * 1000 : value);
}

function fromIso(text: string): number | undefined {
  const [
    all,
    year,
    month,
    day,
    hour,
    minute,
    second = '0',
    fraction = '',
    ,
    sign,
    zoneHour = '0',
    zoneMinute = '0',
  ] = iso.exec(text) ?? [];
  if (all === undefined) return undefined;
  const ms = utc(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
  if (ms === undefined) return undefined;
  const offsetMs = (Number(zoneHour) * 60 + Number(zoneMinute)) * 60_000;
  return ms + Number(`${fraction}000`.slice(0, 3)) - (sign === '-' ? -offsetMs : offsetMs);
}

function fromUs(text: string): number | undefined {
  const [all, name = '', day, year, hour, minute, second, half] = us.exec(text) ?? [];
  const month = months.indexOf(name.toLowerCase());
  const clock = Number(hour);
  if (all === undefined || month < 0 || clock < 1 || clock > 12) return undefined;
  const hours = (clock % 12) + (half === 'P' ? 12 : 0);
  return utc(Number(year), month, Number(day), hours, Number(minute), Number(second));
}

/** `Date.UTC` carries 31 February over into March; a time that does so is no time. */
function utc(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
): number | undefined {
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const date = new Date(Date.UTC(year, month, day, hour, minute, second));
  return date.getUTCMonth() === month && date.getUTCDate() === day ? date.getTime() : undefined;
}
