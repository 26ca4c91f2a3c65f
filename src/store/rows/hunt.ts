import type { Hunt } from '../../domain/hunting.ts';
import type { TableOf } from '../database.ts';
import { bodyCell, textCell, timeCell } from './cell.ts';

export const huntsTable: TableOf<Hunt> = {
  table: 'hunts',
  columns: ['tenant', 'owner', 'id', 'at', 'removed', 'body', 'written_at'],
  row: (hunt, writtenMs) => [
    textCell(hunt.tenant),
    textCell(hunt.owner),
    textCell(hunt.id),
    timeCell(hunt.atMs),
    hunt.removed,
    bodyCell(hunt),
    writtenMs,
  ],
};
