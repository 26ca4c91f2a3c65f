-- What correlates events beyond tokens and transactions: the trace id of W3C Trace Context, and the correlation id.
-- Read out of the text, because it only informs: nothing joins by it.
ALTER TABLE events ADD COLUMN IF NOT EXISTS trace String MATERIALIZED substring(JSONExtractString(text, 'traceparent'), 4, 32) CODEC(ZSTD(1));

ALTER TABLE events ADD COLUMN IF NOT EXISTS correlation String MATERIALIZED JSONExtractString(text, 'correlationid') CODEC(ZSTD(1));

ALTER TABLE events ADD INDEX IF NOT EXISTS idx_trace trace TYPE bloom_filter(0.01) GRANULARITY 1;

ALTER TABLE events ADD INDEX IF NOT EXISTS idx_correlation correlation TYPE bloom_filter(0.01) GRANULARITY 1;
