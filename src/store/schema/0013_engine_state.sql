-- What the engine notes of the stream itself beside the log: one row per key, the highest seq counts, an empty body
-- says that the part is gone. Small and rewritten often, so merged early. What has not been written for as long as the
-- log goes back is of no use to a replay.
CREATE TABLE IF NOT EXISTS engine_state
(
    key         String               CODEC(ZSTD(1)),
    seq         UInt64               CODEC(Delta(8), ZSTD(1)),
    body        String               CODEC(ZSTD(3)),
    written_at  DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1))
)
ENGINE = ReplacingMergeTree(seq)
ORDER BY key
TTL toDateTime(written_at) + INTERVAL 90 DAY DELETE
SETTINGS min_age_to_force_merge_seconds = 3600, non_replicated_deduplication_window = 1000;
