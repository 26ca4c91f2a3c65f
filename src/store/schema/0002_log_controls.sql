-- The log's other records: watermark ticks and policy versions. One shard, one order; they belong to no tenant.
CREATE TABLE IF NOT EXISTS log_controls
(
    seq         UInt64               CODEC(Delta(8), ZSTD(1)),
    kind        Enum8('watermark' = 1, 'policy' = 2),
    body        String               CODEC(ZSTD(3)),
    written_at  DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1))
)
ENGINE = ReplacingMergeTree
ORDER BY (seq, kind)
TTL toDateTime(written_at) + INTERVAL 90 DAY DELETE
SETTINGS non_replicated_deduplication_window = 1000;
