-- The graph: one row per hop of a chain. In every time column 0 (1970) means unknown; an expiry of 2200-01-01 means never.
CREATE TABLE IF NOT EXISTS hops
(
    tenant         LowCardinality(String),
    chain_id       String               CODEC(ZSTD(1)),
    key            String               CODEC(ZSTD(1)),
    version        UInt64               CODEC(Delta(8), ZSTD(1)),
    parent_key     String               CODEC(ZSTD(1)),
    kind           LowCardinality(String),
    level          UInt8,
    depth          UInt16,
    from_id        String               CODEC(ZSTD(1)),
    to_id          String               CODEC(ZSTD(1)),
    label          String               CODEC(ZSTD(1)),
    token_key      String               CODEC(ZSTD(1)),
    token_kind     LowCardinality(String),
    grant          LowCardinality(String),
    scope          Array(LowCardinality(String)),
    added_scope    Array(LowCardinality(String)),
    issued_at      DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    expires_at     DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    revoked_at     DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    first_used_at  DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    last_used_at   DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    use_count      UInt64,
    body           String               CODEC(ZSTD(3)),
    written_at     DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),

    INDEX idx_key     key       TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX idx_token   token_key TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX idx_from    from_id   TYPE bloom_filter(0.01)  GRANULARITY 1,
    INDEX idx_to      to_id     TYPE bloom_filter(0.01)  GRANULARITY 1,
    INDEX idx_issued  issued_at TYPE minmax              GRANULARITY 1
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (tenant, chain_id, key)
TTL toDateTime(written_at) + INTERVAL 180 DAY DELETE
SETTINGS min_age_to_force_merge_seconds = 3600, non_replicated_deduplication_window = 1000;

-- Token to chain. A view sees inserted blocks, not the table, so only functions that do not mind a second look
-- are kept: max. The newest version tells which chain the token belongs to after chains have joined.
CREATE TABLE IF NOT EXISTS token_chains
(
    tenant      LowCardinality(String),
    token_key   String CODEC(ZSTD(1)),
    chain_id    String CODEC(ZSTD(1)),
    version     SimpleAggregateFunction(max, UInt64),
    written_at  SimpleAggregateFunction(max, DateTime64(3, 'UTC'))
)
ENGINE = AggregatingMergeTree
ORDER BY (tenant, token_key, chain_id)
TTL toDateTime(written_at) + INTERVAL 180 DAY DELETE;

CREATE MATERIALIZED VIEW IF NOT EXISTS token_chains_mv TO token_chains AS
SELECT tenant, token_key, chain_id, max(version) AS version, max(written_at) AS written_at
FROM hops
WHERE token_key != ''
GROUP BY tenant, token_key, chain_id;
