-- What people said of a detector: whether its findings are only shown, proposed or acted on. Append-only, kept for ever;
-- the newest row counts.
CREATE TABLE IF NOT EXISTS response_modes
(
    tenant       LowCardinality(String),
    detector     LowCardinality(String),
    at           DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    mode         LowCardinality(String),
    key_id       String               CODEC(ZSTD(1)),
    backtest_id  String               CODEC(ZSTD(1)),
    body         String               CODEC(ZSTD(3)),
    written_at   DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1))
)
ENGINE = ReplacingMergeTree
ORDER BY (tenant, detector, at, key_id)
SETTINGS non_replicated_deduplication_window = 1000;

-- What a detector would have done.
CREATE TABLE IF NOT EXISTS backtests
(
    tenant      LowCardinality(String),
    id          String               CODEC(ZSTD(1)),
    detector    LowCardinality(String),
    made_at     DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    key_id      String               CODEC(ZSTD(1)),
    digest      String               CODEC(ZSTD(1)),
    body        String               CODEC(ZSTD(3)),
    written_at  DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1))
)
ENGINE = ReplacingMergeTree
ORDER BY (tenant, id)
TTL toDateTime(written_at) + INTERVAL 800 DAY DELETE
SETTINGS non_replicated_deduplication_window = 1000;

-- Who has opened one. Append-only.
CREATE TABLE IF NOT EXISTS backtest_looks
(
    tenant       LowCardinality(String),
    backtest_id  String               CODEC(ZSTD(1)),
    key_id       String               CODEC(ZSTD(1)),
    role         LowCardinality(String),
    at           DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    body         String               CODEC(ZSTD(3)),
    written_at   DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1))
)
ENGINE = ReplacingMergeTree
ORDER BY (tenant, backtest_id, at, key_id)
TTL toDateTime(written_at) + INTERVAL 800 DAY DELETE
SETTINGS non_replicated_deduplication_window = 1000;
