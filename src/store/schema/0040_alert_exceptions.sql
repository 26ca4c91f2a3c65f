-- Exceptions of policy that an alert's findings are: it pages nobody for their sake, and they are counted by it.
ALTER TABLE alerts ADD COLUMN IF NOT EXISTS exceptions Array(LowCardinality(String)) CODEC(ZSTD(1)) AFTER facts;

CREATE OR REPLACE VIEW alert_queue AS
SELECT a.*,
       multiIf(a.merged_into != '', 'merged', a.withdrawn, 'withdrawn', toString(s.state)) AS state,
       s.assignee                                                                         AS assignee,
       s.closed_reason                                                                    AS closed_reason,
       s.state_changed_at                                                                 AS state_changed_at
FROM (SELECT * FROM alerts FINAL) AS a
LEFT JOIN alert_states AS s ON s.tenant = a.tenant AND s.alert_id = a.id;
