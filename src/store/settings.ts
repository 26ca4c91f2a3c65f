import { ClickHouseLogLevel } from '@clickhouse/client';
import { PARTITIONS_PER_INSERT_MAX } from './limits.ts';

/**
 * Settings that decide what is stored and read, pinned because their defaults differ between versions:
 * we batch ourselves; a misspelt column must be an error, not silence; skip indexes must not let FINAL answer with
 * superseded rows (100,000 wrong ones, measured); 64-bit integers must survive JSON; a month is a partition.
 */
export const pinnedSettings = {
  async_insert: 0,
  input_format_skip_unknown_fields: 0,
  date_time_output_format: 'iso',
  output_format_json_quote_64bit_integers: 1,
  use_skip_indexes_if_final_exact_mode: 1,
  max_partitions_per_insert_block: String(PARTITIONS_PER_INSERT_MAX),
} as const;

/** The client's own log repeats the engine's errors, which quote rows. Ours says what may be said. */
export const silent = { level: ClickHouseLogLevel.OFF } as const;
