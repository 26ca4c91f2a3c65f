import type { ApiKey } from '../../domain/access.ts';
import type { DeadLetter } from '../../domain/dead-letter.ts';
import { deterministicId } from '../../domain/ids.ts';
import type { TableOf } from '../database.ts';
import { bodyCell, countCell, textCell, timeCell } from './cell.ts';

export const deadLettersTable: TableOf<DeadLetter> = {
  table: 'dead_letters',
  columns: [
    'tenant',
    'source',
    'partition',
    'offset',
    'id',
    'at',
    'publisher',
    'code',
    'path',
    'reason',
    'body',
    'written_at',
  ],
  row: (letter, writtenMs) => {
    const { source, partition, offset } = letter.position;
    return [
      textCell(letter.tenant),
      textCell(source),
      countCell(partition, 0xffff_ffff),
      countCell(offset),
      deterministicId('dlt', [
        letter.publisher,
        source,
        partition,
        offset,
        letter.code,
        letter.path,
        letter.raw,
      ]),
      timeCell(letter.atMs),
      textCell(letter.publisher),
      letter.code,
      textCell(letter.path),
      textCell(letter.reason),
      bodyCell(letter),
      writtenMs,
    ];
  },
};

export const apiKeysTable: TableOf<ApiKey> = {
  table: 'api_keys',
  columns: ['tenant', 'id', 'role', 'disabled', 'body', 'written_at'],
  row: (key, writtenMs) => [
    textCell(key.tenant),
    textCell(key.id),
    key.role,
    key.disabled,
    bodyCell(key),
    writtenMs,
  ],
};

export const positionsTable: TableOf<{ readonly name: string; readonly seq: number }> = {
  table: 'positions',
  columns: ['name', 'seq'],
  row: ({ name, seq }) => [textCell(name), countCell(seq)],
};
