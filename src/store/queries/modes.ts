import type { Backtest } from '../../domain/backtest.ts';
import type { BacktestLook, ModeChange } from '../../domain/mode.ts';
import type { Database } from '../database.ts';
import { BACKTEST_LOOKS_READ_MAX, RESPONSE_MODES_READ_MAX } from '../limits.ts';
import { readBody } from '../rows/cell.ts';
import { bounded } from './bound.ts';

const modesSql = `
  SELECT body FROM response_modes
  ORDER BY tenant, detector, at DESC, key_id DESC LIMIT 1 BY tenant, detector ${bounded(RESPONSE_MODES_READ_MAX)}`;

/** The newest change of every detector of every tenant. */
export async function responseModes(database: Database): Promise<readonly ModeChange[]> {
  const rows = await database.read('reading the modes of detectors', modesSql);
  return rows.map(([body]) => readBody<ModeChange>(body));
}

const backtestSql = `
  SELECT body FROM backtests FINAL WHERE tenant = {tenant:String} AND id = {id:String} ${bounded(1)}`;

export async function backtest(
  database: Database,
  tenant: string,
  id: string,
): Promise<Backtest | undefined> {
  const [row] = await database.read('reading a backtest', backtestSql, { tenant, id });
  return row === undefined ? undefined : readBody<Backtest>(row[0]);
}

const looksSql = `
  SELECT body FROM backtest_looks FINAL
  WHERE tenant = {tenant:String} AND backtest_id = {id:String}
  ORDER BY at, key_id LIMIT ${BACKTEST_LOOKS_READ_MAX} ${bounded(BACKTEST_LOOKS_READ_MAX)}`;

/** Oldest first; the first thousand. */
export async function backtestLooks(
  database: Database,
  tenant: string,
  id: string,
): Promise<readonly BacktestLook[]> {
  const rows = await database.read('reading who opened a backtest', looksSql, { tenant, id });
  return rows.map(([body]) => readBody<BacktestLook>(body));
}
