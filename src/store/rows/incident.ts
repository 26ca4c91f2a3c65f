import type { Incident } from '../../domain/incident.ts';
import type { TableOf } from '../database.ts';
import { bodyCell, countCell, listCell, textCell, timeCell } from './cell.ts';

export const incidentsTable: TableOf<Incident> = {
  table: 'incidents',
  columns: [
    'tenant',
    'id',
    'version',
    'state',
    'merged_into',
    'severity',
    'cause',
    'title',
    'detectors',
    'chain_id',
    'owner',
    'alert_count',
    'first_at',
    'last_at',
    'body',
    'written_at',
  ],
  row: (incident, writtenMs) => [
    textCell(incident.tenant),
    textCell(incident.id),
    countCell(incident.version),
    incident.state,
    textCell(incident.mergedInto),
    incident.severity,
    textCell(incident.cause),
    textCell(incident.title),
    listCell(incident.detectors),
    textCell(incident.chainId),
    textCell(incident.owner),
    countCell(incident.alertCount),
    timeCell(incident.firstAtMs),
    timeCell(incident.lastAtMs),
    bodyCell(incident),
    writtenMs,
  ],
};
