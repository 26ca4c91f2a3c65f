-- Refused messages, for their publisher to see. A topic that is read again gives the same rows: `id` is the digest of
-- the position, the reason and the message, because an index in a request is no position that two requests do not share.
CREATE TABLE IF NOT EXISTS dead_letters
(
    tenant      LowCardinality(String),
    source      String               CODEC(ZSTD(1)),
    partition   UInt32,
    offset      UInt64               CODEC(Delta(8), ZSTD(1)),
    id          String               CODEC(ZSTD(1)),
    at          DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    publisher   LowCardinality(String),
    code        LowCardinality(String),
    path        String               CODEC(ZSTD(1)),
    reason      String               CODEC(ZSTD(1)),
    body        String               CODEC(ZSTD(3)),
    written_at  DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),

    INDEX idx_at  at  TYPE minmax  GRANULARITY 1
)
ENGINE = ReplacingMergeTree
ORDER BY (tenant, source, partition, offset, id)
TTL toDateTime(written_at) + INTERVAL 30 DAY DELETE
SETTINGS non_replicated_deduplication_window = 1000;
