-- What was decided and done, append-only and kept longest. Entries of one writer are a chain by their hashes: of two
-- that claim one place both stay, which shows that somebody else wrote there. The same entry again is the same row.
CREATE TABLE IF NOT EXISTS audit
(
    tenant      LowCardinality(String),
    writer      LowCardinality(String),
    seq         UInt64               CODEC(Delta(8), ZSTD(1)),
    id          String               CODEC(ZSTD(1)),
    kind        LowCardinality(String),
    at          DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    actor       String               CODEC(ZSTD(1)),
    subject_id  String               CODEC(ZSTD(1)),
    about       Array(String)        CODEC(ZSTD(1)),
    digest      String               CODEC(ZSTD(1)),
    hash        String               CODEC(ZSTD(1)),
    body        String               CODEC(ZSTD(3)),
    written_at  DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),

    INDEX idx_id       id         TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX idx_at       at         TYPE minmax              GRANULARITY 1,
    INDEX idx_subject  subject_id TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX idx_about    about      TYPE bloom_filter(0.001) GRANULARITY 1
)
ENGINE = ReplacingMergeTree
ORDER BY (tenant, writer, seq, hash)
TTL toDateTime(written_at) + INTERVAL 800 DAY DELETE
SETTINGS non_replicated_deduplication_window = 1000;
