-- The newest state of each chain. A write is a whole new row with a higher version; `body` is the chain, the columns
-- are for search and dashboards. No partition: a late event may move started_at, and two versions in two partitions
-- would never meet. Ids begin with the root's time, so the key keeps neighbours in time together.
CREATE TABLE IF NOT EXISTS chains
(
    tenant          LowCardinality(String),
    id              String               CODEC(ZSTD(1)),
    version         UInt64               CODEC(Delta(8), ZSTD(1)),
    state           Enum8('open' = 1, 'closed' = 2, 'merged' = 3),
    merged_into     String               CODEC(ZSTD(1)),
    verdict         Enum8('root' = 1, 'gap' = 2, 'late' = 3, 'unissued' = 4),
    has_request     Bool,
    has_authority   Bool,
    has_context     Bool,
    has_impact      Bool,
    root_key        String               CODEC(ZSTD(1)),
    initiator       String               CODEC(ZSTD(1)),
    txns            Array(String)        CODEC(ZSTD(1)),
    -- Each principal twice: by bare id, as a person types it, and by issuer and id.
    principals      Array(String)        CODEC(ZSTD(1)),
    targets         Array(String)        CODEC(ZSTD(1)),
    tools           Array(String)        CODEC(ZSTD(1)),
    token_keys      Array(String)        CODEC(ZSTD(1)),
    started_at      DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    last_event_at   DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    hop_count       UInt32,
    action_count    UInt64,
    event_count     UInt64,
    depth           UInt16,
    incomplete      LowCardinality(String),
    body            String               CODEC(ZSTD(3)),
    written_at      DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),

    INDEX idx_last_event  last_event_at TYPE minmax              GRANULARITY 1,
    INDEX idx_principals  principals    TYPE bloom_filter(0.01)  GRANULARITY 1,
    INDEX idx_targets     targets       TYPE bloom_filter(0.01)  GRANULARITY 1,
    INDEX idx_tokens      token_keys    TYPE bloom_filter(0.01)  GRANULARITY 1,
    INDEX idx_merged      merged_into   TYPE bloom_filter(0.001) GRANULARITY 1
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (tenant, id)
TTL toDateTime(written_at) + INTERVAL 180 DAY DELETE
SETTINGS min_age_to_force_merge_seconds = 3600, non_replicated_deduplication_window = 1000;
