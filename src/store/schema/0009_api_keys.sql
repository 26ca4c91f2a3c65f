-- API keys: only the digest of the secret. The last write of an id wins.
CREATE TABLE IF NOT EXISTS api_keys
(
    tenant      LowCardinality(String),
    id          String,
    role        LowCardinality(String),
    disabled    Bool,
    body        String,
    written_at  DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(written_at)
ORDER BY (tenant, id);
