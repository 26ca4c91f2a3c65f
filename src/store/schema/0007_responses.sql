-- The audit of every response: one row per state of an attempt, append-only, kept longest.
CREATE TABLE IF NOT EXISTS responses
(
    tenant        LowCardinality(String),
    id            String               CODEC(ZSTD(1)),
    attempt       UInt32,
    state         Enum8('refused' = 0, 'proposed' = 1, 'requested' = 2, 'accepted' = 3, 'confirmed' = 4,
                        'unconfirmed' = 5, 'failed' = 6),
    at            DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    alert_id      String               CODEC(ZSTD(1)),
    chain_id      String               CODEC(ZSTD(1)),
    detector      LowCardinality(String),
    action        LowCardinality(String),
    mode          Enum8('dry_run' = 0, 'auto' = 1),
    target_key    String               CODEC(ZSTD(1)),
    endpoint      LowCardinality(String),
    http_status   UInt16,
    reason        String               CODEC(ZSTD(3)),
    requested_by  String               CODEC(ZSTD(1)),
    body          String               CODEC(ZSTD(3)),
    written_at    DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),

    INDEX idx_alert   alert_id   TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX idx_chain   chain_id   TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX idx_target  target_key TYPE bloom_filter(0.001) GRANULARITY 1
)
ENGINE = ReplacingMergeTree(at)
ORDER BY (tenant, id, attempt, state)
TTL toDateTime(written_at) + INTERVAL 800 DAY DELETE
SETTINGS non_replicated_deduplication_window = 1000;

-- Messages that must leave, written before they are sent; the highest version of an entry is its state.
-- One message may go to several endpoints under one id, so the endpoint is part of the key. A pending one never expires.
CREATE TABLE IF NOT EXISTS outbox
(
    tenant           LowCardinality(String),
    id               String               CODEC(ZSTD(1)),
    endpoint         String               CODEC(ZSTD(1)),
    version          UInt64               CODEC(Delta(8), ZSTD(1)),
    type             LowCardinality(String),
    state            Enum8('pending' = 0, 'delivered' = 1, 'dead' = 2),
    response_id      String               CODEC(ZSTD(1)),
    attempts         UInt32,
    created_at       DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    next_attempt_at  DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    body             String               CODEC(ZSTD(3)),
    written_at       DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1))
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (tenant, id, endpoint)
TTL toDateTime(written_at) + INTERVAL 90 DAY DELETE WHERE state != 'pending'
SETTINGS non_replicated_deduplication_window = 1000;
