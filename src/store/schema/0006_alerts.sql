-- What was found. The id is made of tenant, detector and subject, so a replay rewrites the row. Only the pipeline writes.
CREATE TABLE IF NOT EXISTS alerts
(
    tenant            LowCardinality(String),
    id                String               CODEC(ZSTD(1)),
    version           UInt64               CODEC(Delta(8), ZSTD(1)),
    kind              Enum8('alert' = 1, 'signal' = 2),
    detector          LowCardinality(String),
    detector_version  UInt32,
    basis             Enum8('deterministic' = 1, 'statistical' = 2),
    severity          Enum8('info' = 0, 'low' = 1, 'medium' = 2, 'high' = 3, 'critical' = 4),
    subject_kind      LowCardinality(String),
    subject_key       String               CODEC(ZSTD(1)),
    title             String               CODEC(ZSTD(1)),
    facts             Array(LowCardinality(String)),
    chain_id          String               CODEC(ZSTD(1)),
    txn               String               CODEC(ZSTD(1)),
    settled           Bool,
    withdrawn         Bool,
    first_at          DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    last_at           DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    count             UInt64,
    initiator         String               CODEC(ZSTD(1)),
    actor             String               CODEC(ZSTD(1)),
    target            String               CODEC(ZSTD(1)),
    writes_since      UInt64,
    live_until        DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    body              String               CODEC(ZSTD(3)),
    written_at        DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),

    INDEX idx_chain  chain_id TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX idx_last   last_at  TYPE minmax              GRANULARITY 1
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (tenant, id)
TTL toDateTime(written_at) + INTERVAL 400 DAY DELETE
SETTINGS min_age_to_force_merge_seconds = 3600, non_replicated_deduplication_window = 1000;

-- What people did about it. Append-only; only the API writes. Each row carries the whole resulting state.
CREATE TABLE IF NOT EXISTS alert_actions
(
    tenant      LowCardinality(String),
    alert_id    String               CODEC(ZSTD(1)),
    at          DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    id          String               CODEC(ZSTD(1)),
    actor       String               CODEC(ZSTD(1)),
    verb        Enum8('acknowledge' = 1, 'close' = 2, 'assign' = 3, 'comment' = 4, 'reopen' = 5),
    state       Enum8('open' = 0, 'acknowledged' = 1, 'closed' = 2),
    assignee    String               CODEC(ZSTD(1)),
    reason      String               CODEC(ZSTD(1)),
    note        String               CODEC(ZSTD(3)),
    body        String               CODEC(ZSTD(3)),
    written_at  DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1))
)
ENGINE = ReplacingMergeTree
ORDER BY (tenant, alert_id, at, id)
TTL toDateTime(written_at) + INTERVAL 400 DAY DELETE
SETTINGS non_replicated_deduplication_window = 1000;

-- Columns are qualified, because an alias that repeats a column's name would otherwise stand for it.
CREATE VIEW IF NOT EXISTS alert_states AS
SELECT tenant,
       alert_id,
       argMax(w.state, (w.at, w.id))                                   AS state,
       argMax(w.assignee, (w.at, w.id))                                AS assignee,
       argMax(if(w.state = 'closed', w.reason, ''), (w.at, w.id))      AS closed_reason,
       max(w.at)                                                       AS state_changed_at
FROM alert_actions AS w
GROUP BY tenant, alert_id;

-- Alerts with their life. `withdrawn` is the engine's verdict and stands above what people decided before it.
CREATE VIEW IF NOT EXISTS alert_queue AS
SELECT a.*,
       if(a.withdrawn, 'withdrawn', toString(s.state)) AS state,
       s.assignee                                      AS assignee,
       s.closed_reason                                 AS closed_reason,
       s.state_changed_at                              AS state_changed_at
FROM (SELECT * FROM alerts FINAL) AS a
LEFT JOIN alert_states AS s ON s.tenant = a.tenant AND s.alert_id = a.id;
