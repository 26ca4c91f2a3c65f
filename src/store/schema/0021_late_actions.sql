-- Every report of the action arrived behind the watermark.
ALTER TABLE actions ADD COLUMN IF NOT EXISTS late Bool DEFAULT false AFTER outcome;
