-- A proposal ends by a word, by time, or by being taken back.
ALTER TABLE responses MODIFY COLUMN state Enum8('refused' = 0, 'proposed' = 1, 'requested' = 2, 'accepted' = 3,
    'confirmed' = 4, 'unconfirmed' = 5, 'failed' = 6, 'denied' = 7, 'expired' = 8, 'undone' = 9);

-- `auto` is what rows of earlier versions say for `real`.
ALTER TABLE responses MODIFY COLUMN mode Enum8('dry_run' = 0, 'auto' = 1, 'real' = 2);

ALTER TABLE responses ADD COLUMN IF NOT EXISTS plan_id String CODEC(ZSTD(1)) AFTER alert_id;

ALTER TABLE responses ADD COLUMN IF NOT EXISTS confirms LowCardinality(String) DEFAULT 'none' AFTER endpoint;

ALTER TABLE responses ADD INDEX IF NOT EXISTS idx_plan plan_id TYPE bloom_filter(0.001) GRANULARITY 1;

ALTER TABLE responses ADD INDEX IF NOT EXISTS idx_at at TYPE minmax GRANULARITY 1;

-- What one cause is to end, whole, as it was judged last. The id is made of the tenant, the trigger and the digest.
CREATE TABLE IF NOT EXISTS plans
(
    tenant      LowCardinality(String),
    id          String               CODEC(ZSTD(1)),
    digest      String               CODEC(ZSTD(1)),
    alert_id    String               CODEC(ZSTD(1)),
    chain_id    String               CODEC(ZSTD(1)),
    verdict     LowCardinality(String),
    dry_run     Bool,
    approvals   UInt8,
    steps       UInt32,
    made_at     DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    expires_at  DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    body        String               CODEC(ZSTD(3)),
    written_at  DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),

    INDEX idx_alert  alert_id  TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX idx_made   made_at   TYPE minmax              GRANULARITY 1
)
ENGINE = ReplacingMergeTree(made_at)
ORDER BY (tenant, id)
TTL toDateTime(written_at) + INTERVAL 800 DAY DELETE
SETTINGS non_replicated_deduplication_window = 1000;

-- What people said of plans; append-only.
CREATE TABLE IF NOT EXISTS plan_decisions
(
    tenant      LowCardinality(String),
    plan_id     String               CODEC(ZSTD(1)),
    at          DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    key_id      String               CODEC(ZSTD(1)),
    verb        LowCardinality(String),
    digest      String               CODEC(ZSTD(1)),
    decided_by  String               CODEC(ZSTD(1)),
    body        String               CODEC(ZSTD(3)),
    written_at  DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1))
)
ENGINE = ReplacingMergeTree
ORDER BY (tenant, plan_id, at, key_id, verb)
TTL toDateTime(written_at) + INTERVAL 800 DAY DELETE
SETTINGS non_replicated_deduplication_window = 1000;

-- What a revocation reaches: the refresh family of a token, and every key that a hop hangs on, wherever its chain is.
ALTER TABLE hops ADD COLUMN IF NOT EXISTS family String CODEC(ZSTD(1)) AFTER token_kind;

ALTER TABLE hops ADD COLUMN IF NOT EXISTS parents Array(String) DEFAULT [parent_key] CODEC(ZSTD(1)) AFTER parent_key;

ALTER TABLE hops ADD INDEX IF NOT EXISTS idx_family family TYPE bloom_filter(0.001) GRANULARITY 1;

ALTER TABLE hops ADD INDEX IF NOT EXISTS idx_parents parents TYPE bloom_filter(0.001) GRANULARITY 1;
