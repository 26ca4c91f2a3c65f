-- Alerts with one root cause. The id is made of tenant and the subject that caused it, so a replay rewrites the row.
-- Only the pipeline writes.
CREATE TABLE IF NOT EXISTS incidents
(
    tenant       LowCardinality(String),
    id           String               CODEC(ZSTD(1)),
    version      UInt64               CODEC(Delta(8), ZSTD(1)),
    state        Enum8('open' = 0, 'withdrawn' = 1, 'merged' = 2),
    merged_into  String               CODEC(ZSTD(1)),
    severity     Enum8('info' = 0, 'low' = 1, 'medium' = 2, 'high' = 3, 'critical' = 4),
    cause        String               CODEC(ZSTD(1)),
    title        String               CODEC(ZSTD(1)),
    detectors    Array(LowCardinality(String)),
    chain_id     String               CODEC(ZSTD(1)),
    owner        String               CODEC(ZSTD(1)),
    alert_count  UInt64,
    first_at     DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    last_at      DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    body         String               CODEC(ZSTD(3)),
    written_at   DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),

    INDEX idx_chain  chain_id TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX idx_last   last_at  TYPE minmax              GRANULARITY 1
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (tenant, id)
TTL toDateTime(written_at) + INTERVAL 400 DAY DELETE
SETTINGS min_age_to_force_merge_seconds = 3600, non_replicated_deduplication_window = 1000;

-- Where an alert stands in its chain, and the incident that it is a part of.
ALTER TABLE alerts ADD COLUMN IF NOT EXISTS incident_id String CODEC(ZSTD(1)) AFTER facts;

ALTER TABLE alerts ADD COLUMN IF NOT EXISTS hop String CODEC(ZSTD(1)) AFTER incident_id;

ALTER TABLE alerts ADD COLUMN IF NOT EXISTS above Array(String) CODEC(ZSTD(1)) AFTER hop;

ALTER TABLE alerts ADD INDEX IF NOT EXISTS idx_incident incident_id TYPE bloom_filter(0.001) GRANULARITY 1;

ALTER TABLE alerts ADD INDEX IF NOT EXISTS idx_hop hop TYPE bloom_filter(0.001) GRANULARITY 1;

ALTER TABLE alerts ADD INDEX IF NOT EXISTS idx_above above TYPE bloom_filter(0.001) GRANULARITY 1;

CREATE OR REPLACE VIEW alert_queue AS
SELECT a.*,
       multiIf(a.merged_into != '', 'merged', a.withdrawn, 'withdrawn', toString(s.state)) AS state,
       s.assignee                                                                         AS assignee,
       s.closed_reason                                                                    AS closed_reason,
       s.state_changed_at                                                                 AS state_changed_at
FROM (SELECT * FROM alerts FINAL) AS a
LEFT JOIN alert_states AS s ON s.tenant = a.tenant AND s.alert_id = a.id;
