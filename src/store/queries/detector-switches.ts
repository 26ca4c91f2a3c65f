import type { DetectorSwitch } from '../../domain/record.ts';
import type { Database } from '../database.ts';
import { readControl } from '../rows/control.ts';
import { bounded } from './bound.ts';

/** Far more detectors than there will be, removed ones included. */
const DETECTORS_MAX = 1_000;

const switchesSql = `
  SELECT seq, kind, body FROM log_controls FINAL
  WHERE kind = 'detector'
  ORDER BY seq DESC
  LIMIT 1 BY JSONExtractString(body, 'detector')
  LIMIT ${DETECTORS_MAX}
  ${bounded(DETECTORS_MAX)}`;

/** The last switch of every detector that was ever switched. */
export async function detectorSwitches(database: Database): Promise<readonly DetectorSwitch[]> {
  const rows = await database.read('reading the switches of detectors', switchesSql);
  return rows.map((row) => readControl(row) as DetectorSwitch);
}
