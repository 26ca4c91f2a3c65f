-- What was done: one row per action, on its hop. A later report may move an action's start or its hop, and then its key;
-- readers drop rows whose id has a newer version elsewhere (idx_id finds it).
CREATE TABLE IF NOT EXISTS actions
(
    tenant      LowCardinality(String),
    hop_key     String               CODEC(ZSTD(1)),
    at          DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    id          String               CODEC(ZSTD(1)),
    version     UInt64               CODEC(Delta(8), ZSTD(1)),
    kind        LowCardinality(String),
    actor       String               CODEC(ZSTD(1)),
    actor_key   String               CODEC(ZSTD(1)),
    token_key   String               CODEC(ZSTD(1)),
    tool        LowCardinality(String),
    server      LowCardinality(String),
    system      LowCardinality(String),
    resource    String               CODEC(ZSTD(1)),
    action      LowCardinality(String),
    effect      Enum8('unknown' = 0, 'read' = 1, 'write' = 2, 'delete' = 3, 'admin' = 4),
    outcome     Enum8('unknown' = 0, 'accepted' = 1, 'denied' = 2, 'failed' = 3),
    txn         String               CODEC(ZSTD(1)),
    body        String               CODEC(ZSTD(3)),
    written_at  DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),

    INDEX idx_id     id        TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX idx_token  token_key TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX idx_actor  actor     TYPE bloom_filter(0.01)  GRANULARITY 1,
    INDEX idx_at     at        TYPE minmax              GRANULARITY 1
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY toYYYYMM(at)
ORDER BY (tenant, hop_key, at, id)
TTL toDateTime(written_at) + INTERVAL 180 DAY DELETE
SETTINGS ttl_only_drop_parts = 1, non_replicated_deduplication_window = 1000;
