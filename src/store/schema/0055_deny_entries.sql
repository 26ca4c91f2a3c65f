-- Credentials that gateways are to refuse. Rows end with the credential; those of one that never does are kept.
CREATE TABLE IF NOT EXISTS deny_entries
(
    tenant      LowCardinality(String),
    key         String               CODEC(ZSTD(1)),
    version     UInt64               CODEC(Delta(8), ZSTD(1)),
    at          DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    ends_at     DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    removed     Bool,
    body        String               CODEC(ZSTD(3)),
    written_at  DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1))
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (tenant, key)
TTL toDateTime(ends_at) + INTERVAL 30 DAY DELETE WHERE ends_at < toDateTime64('2100-01-01 00:00:00', 3, 'UTC')
SETTINGS non_replicated_deduplication_window = 1000;
