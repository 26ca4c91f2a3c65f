-- How far each stage has come in the log. Positions only grow, so the highest one counts.
CREATE TABLE IF NOT EXISTS positions
(
    name        LowCardinality(String),
    seq         SimpleAggregateFunction(max, UInt64)
)
ENGINE = AggregatingMergeTree
ORDER BY name;
