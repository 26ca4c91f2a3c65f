-- A detector that is turned off or on changes findings: it has its place in the log.
ALTER TABLE log_controls MODIFY COLUMN kind Enum8('watermark' = 1, 'policy' = 2, 'detector' = 3);
