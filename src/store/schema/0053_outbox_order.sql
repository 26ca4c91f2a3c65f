-- Messages of one channel with the same key leave one after the other, oldest first; empty: in any order.
ALTER TABLE outbox ADD COLUMN IF NOT EXISTS order_key String DEFAULT '' CODEC(ZSTD(1)) AFTER response_id;
