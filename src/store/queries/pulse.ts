import type { Severity } from '../../domain/finding.ts';
import type { HandlingState } from '../../domain/incident.ts';
import type { Pulse, PulseQuery } from '../../domain/pulse.ts';
import type { Database } from '../database.ts';
import { DETECTORS_COUNTED_MAX, PULSE_STEPS_MAX } from '../limits.ts';
import { bounded } from './bound.ts';

const recent = (column: string) => `${column} >= fromUnixTimestamp64Milli({sinceMs:Int64}, 'UTC')`;
const step = (column: string) => `intDiv(toUnixTimestamp64Milli(${column}), {stepMs:Int64}) * {stepMs:Int64}`;

// Narrow columns of the sparse key alone: what is repeated and not yet merged counts twice.
const eventsSql = `
  SELECT ${step('time')} AS at, count(), countIf(toUnixTimestamp64Milli(ingested_at) >= {minuteMs:Int64}),
         toUnixTimestamp64Milli(max(ingested_at))
  FROM events WHERE tenant = {tenant:String} AND ${recent('time')}
  GROUP BY at ORDER BY at DESC LIMIT ${PULSE_STEPS_MAX} ${bounded(PULSE_STEPS_MAX)}`;

const alertsSql = `
  SELECT ${step('first_at')} AS at, count()
  FROM alerts FINAL
  WHERE tenant = {tenant:String} AND ${recent('first_at')}
    AND kind = 'alert' AND settled AND NOT withdrawn AND merged_into = ''
  GROUP BY at ORDER BY at DESC LIMIT ${PULSE_STEPS_MAX} ${bounded(PULSE_STEPS_MAX)}`;

const detectorsSql = `
  SELECT detector, countIf(kind = 'alert') AS paging, countIf(kind = 'signal') AS kept,
         countIf(kind = 'alert' AND state = 'open'), toString(max(severity))
  FROM alert_queue
  WHERE tenant = {tenant:String} AND ${recent('last_at')} AND settled AND state NOT IN ('withdrawn', 'merged')
  GROUP BY detector ORDER BY paging DESC, kept DESC, detector
  LIMIT ${DETECTORS_COUNTED_MAX} ${bounded(DETECTORS_COUNTED_MAX)}`;

// Judged by those of its alerts that page: what nobody has in hand is open.
const incidentsSql = `
  SELECT toString(severity) AS weight, handling, count()
  FROM (SELECT id, severity FROM incidents FINAL WHERE tenant = {tenant:String} AND state = 'open') AS standing
  LEFT JOIN (
    SELECT incident_id, multiIf(countIf(state = 'open') > 0, 'open',
                                countIf(state = 'acknowledged') > 0, 'acknowledged', 'closed') AS handling
    FROM alert_queue
    WHERE tenant = {tenant:String} AND kind = 'alert' AND incident_id != ''
    GROUP BY incident_id) AS handled ON handled.incident_id = standing.id
  GROUP BY weight, handling ${bounded(20)}`;

const chainsSql = `
  SELECT count() FROM (
    SELECT argMax(state, version) AS newest FROM chains WHERE tenant = {tenant:String} GROUP BY id)
  WHERE newest = 'open' ${bounded(1)}`;

const MINUTE_MS = 60_000;

export async function pulse(
  database: Database,
  { tenant, sinceMs, stepMs, nowMs }: PulseQuery,
): Promise<Pulse> {
  const time = { tenant, sinceMs: Math.floor(sinceMs), stepMs: Math.floor(stepMs) };
  const minuteMs = Math.floor(nowMs) - MINUTE_MS;
  const [events, alerts, detectors, incidents, [open]] = await Promise.all([
    database.read('counting events over time', eventsSql, { ...time, minuteMs }),
    database.read('counting alerts over time', alertsSql, time),
    database.read('counting alerts by detector', detectorsSql, { tenant, sinceMs: time.sinceMs }),
    database.read('counting incidents', incidentsSql, { tenant }),
    database.read('counting open chains', chainsSql, { tenant }),
  ]);
  const alertsAt = new Map(alerts.map(([at, count]) => [Number(at), Number(count)]));
  const eventsAt = new Map(events.map(([at, count]) => [Number(at), Number(count)]));
  const at = [...new Set([...eventsAt.keys(), ...alertsAt.keys()])].sort((a, b) => a - b);
  const heardMs = events.map((row) => Number(row[3]));
  return {
    steps: at.map((atMs) => ({
      atMs,
      events: eventsAt.get(atMs) ?? 0,
      alerts: alertsAt.get(atMs) ?? 0,
    })),
    detectors: detectors.map(([detector, paging, kept, unhandled, severity]) => ({
      detector: String(detector),
      alerts: Number(paging),
      signals: Number(kept),
      open: Number(unhandled),
      severity: String(severity) as Severity,
    })),
    incidents: incidents.map(([severity, handling, count]) => ({
      severity: String(severity) as Severity,
      handling: (handling === '' ? 'open' : String(handling)) as HandlingState,
      count: Number(count),
    })),
    lastMinute: events.reduce((sum, row) => sum + Number(row[2]), 0),
    lastHeardMs: heardMs.length === 0 ? undefined : Math.max(...heardMs),
    openChains: Number(open?.[0] ?? 0),
  };
}
