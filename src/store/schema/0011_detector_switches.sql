-- A detector that is turned off or on changes findings: it has its place in the log.
ALTER TABLE log_controls MODIFY COLUMN kind Enum8('watermark' = 1, 'policy' = 2, 'detector' = 3);

-- What is off stays off, and what was in force stays known: only watermarks are forgotten.
ALTER TABLE log_controls MODIFY TTL toDateTime(written_at) + INTERVAL 90 DAY DELETE WHERE kind = 'watermark';
