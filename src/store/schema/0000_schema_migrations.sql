-- Which of these files this database has seen, and what each held then.
CREATE TABLE IF NOT EXISTS schema_migrations
(
    id          UInt32,
    name        String,
    checksum    FixedString(64),
    applied_at  DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree(applied_at)
ORDER BY id;
