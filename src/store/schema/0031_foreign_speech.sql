-- A publisher that speaks for an issuer that is not its own is a finding: that it did so has its place in the log.
ALTER TABLE log_controls MODIFY COLUMN kind Enum8('watermark' = 1, 'policy' = 2, 'detector' = 3, 'foreign' = 4);
