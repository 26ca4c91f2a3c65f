-- What people hunt by. An index covers what is written from now on; older parts get theirs when they are merged, and
-- are scanned until then.
ALTER TABLE chains ADD INDEX IF NOT EXISTS idx_txns txns TYPE bloom_filter(0.01) GRANULARITY 1;

ALTER TABLE hops ADD INDEX IF NOT EXISTS idx_label label TYPE bloom_filter(0.001) GRANULARITY 1;

ALTER TABLE actions ADD INDEX IF NOT EXISTS idx_txn txn TYPE bloom_filter(0.01) GRANULARITY 1;

ALTER TABLE actions ADD INDEX IF NOT EXISTS idx_resource resource TYPE bloom_filter(0.01) GRANULARITY 1;

-- Questions that a person keeps under a name; the id is made of the person and the name, so a name is there once.
CREATE TABLE IF NOT EXISTS hunts
(
    tenant      LowCardinality(String),
    owner       String               CODEC(ZSTD(1)),
    id          String               CODEC(ZSTD(1)),
    at          DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    removed     Bool,
    body        String               CODEC(ZSTD(3)),
    written_at  DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1))
)
ENGINE = ReplacingMergeTree(at)
ORDER BY (tenant, owner, id)
SETTINGS non_replicated_deduplication_window = 1000;
