-- The log: one row per admitted event, by its place in the order (seq). `text` is the event; what stands beside it
-- is copied out of it for hunting and for pruning. Chain membership is not here: it is resolved through hops, because
-- chains join later and a stored event never changes.
--
-- Key: facts of the event alone, so a replay lands on the same row. The digest stands before (source, id): two
-- contents under one identity are two rows, and replay can show the engine both, as it saw them live.
-- Of equal rows the one that came first stays: `precedence` falls as seq rises.
-- Time leads, because the log is read by seq and arrival follows event time, so a granule spans few places. With
-- (hour, actor) before it every granule of an hour holds every place of that hour: reading 200,000 events of one
-- hour and a hundred actors back went at 21,000 rows/s and fell with each further one; this way 68,000, whatever the
-- volume. Granules are small for the same reason, and the sparse key keeps only what prunes.
--
-- Partition: the month. By day, a history import of more than a hundred days in one batch would be refused whole;
-- by month the whole accepted range (2000 to 2100) is 1,200 partitions, and the writer's session allows that many.
-- Retention counts from the writing, here and in every table, not from event time: imported history must not vanish
-- at the next merge. The writer sets written_at once per batch, so that a batch sent again is recognised.
CREATE TABLE IF NOT EXISTS events
(
    tenant        LowCardinality(String),
    seq           UInt64                  CODEC(Delta(8), ZSTD(1)),
    source        String                  CODEC(ZSTD(1)),
    id            String                  CODEC(ZSTD(1)),
    time          DateTime64(3, 'UTC')    CODEC(Delta(8), ZSTD(1)),
    ingested_at   DateTime64(3, 'UTC')    CODEC(Delta(8), ZSTD(1)),
    written_at    DateTime64(3, 'UTC')    CODEC(Delta(8), ZSTD(1)),
    type          LowCardinality(String),
    txn           String                  CODEC(ZSTD(1)),
    token_key     String                  CODEC(ZSTD(1)),
    actor         String                  CODEC(ZSTD(1)),
    system        LowCardinality(String),
    resource      String                  CODEC(ZSTD(1)),
    action        LowCardinality(String),
    outcome       LowCardinality(String),
    publisher     LowCardinality(String),
    adapter       LowCardinality(String),
    issuer_bound  Bool,
    digest        String                  CODEC(ZSTD(1)),
    text          String                  CODEC(ZSTD(3)),
    precedence    UInt64                  MATERIALIZED 18446744073709551615 - seq CODEC(Delta(8), ZSTD(1)),

    INDEX idx_seq       seq         TYPE minmax             GRANULARITY 1,
    INDEX idx_ingested  ingested_at TYPE minmax             GRANULARITY 1,
    INDEX idx_id        id          TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_actor     actor       TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_token     token_key   TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_txn       txn         TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = ReplacingMergeTree(precedence)
PARTITION BY toYYYYMM(time)
PRIMARY KEY (tenant, time)
ORDER BY (tenant, time, digest, source, id)
TTL toDateTime(written_at) + INTERVAL 90 DAY DELETE
SETTINGS index_granularity = 2048, ttl_only_drop_parts = 1, non_replicated_deduplication_window = 1000;
