import type { Backtest } from '../../domain/backtest.ts';
import type { BacktestLook, ModeChange } from '../../domain/mode.ts';
import type { TableOf } from '../database.ts';
import { bodyCell, textCell, timeCell } from './cell.ts';

export const responseModesTable: TableOf<ModeChange> = {
  table: 'response_modes',
  columns: ['tenant', 'detector', 'at', 'mode', 'key_id', 'backtest_id', 'body', 'written_at'],
  row: (change, writtenMs) => [
    textCell(change.tenant),
    textCell(change.detector),
    timeCell(change.atMs),
    change.mode,
    textCell(change.keyId),
    textCell(change.backtestId),
    bodyCell(change),
    writtenMs,
  ],
};

export const backtestsTable: TableOf<Backtest> = {
  table: 'backtests',
  columns: ['tenant', 'id', 'detector', 'made_at', 'key_id', 'digest', 'body', 'written_at'],
  row: (backtest, writtenMs) => [
    textCell(backtest.tenant),
    textCell(backtest.id),
    textCell(backtest.detector),
    timeCell(backtest.madeMs),
    textCell(backtest.keyId),
    textCell(backtest.digest),
    bodyCell(backtest),
    writtenMs,
  ],
};

export const backtestLooksTable: TableOf<BacktestLook> = {
  table: 'backtest_looks',
  columns: ['tenant', 'backtest_id', 'key_id', 'role', 'at', 'body', 'written_at'],
  row: (look, writtenMs) => [
    textCell(look.tenant),
    textCell(look.backtestId),
    textCell(look.keyId),
    textCell(look.role),
    timeCell(look.atMs),
    bodyCell(look),
    writtenMs,
  ],
};
