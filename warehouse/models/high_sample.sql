-- one row per month, series of regular samples and place among the highest eighth of its 5-minute values
-- title: 5分値の上位8分の1（月）
-- keys: jst_month, table_name, entity, series, place
-- inputs: sample_series(month)
-- partition: jst_month
-- identities: place runs from 1 without a gap; at least an eighth of samples, the month's values of the series [high_samples_complete]
-- What percentiles of a month and of longer periods are read from: a value among the highest of a period is among the
-- highest of its month, or percentile_short tells that the month has too many of them.  The samples themselves may retire.
WITH series AS (
    SELECT jst_month, table_name, entity, series, tenant_code, ts, value FROM sample_series
),
cut AS (
    SELECT jst_month, table_name, entity, series, count(*) AS samples,
           CAST(percentile_disc(0.875) WITHIN GROUP (ORDER BY value) AS DECIMAL(18,6)) AS lowest
    FROM series
    GROUP BY jst_month, table_name, entity, series
)
SELECT s.jst_month, s.table_name, s.entity, s.series, s.tenant_code,
       CAST(row_number() OVER (PARTITION BY s.jst_month, s.table_name, s.entity, s.series
                               ORDER BY s.value DESC NULLS LAST, s.ts NULLS LAST) AS BIGINT) AS place,
       s.value, CAST(c.samples AS BIGINT) AS samples
FROM series AS s
JOIN cut AS c
    ON c.jst_month = s.jst_month AND c.table_name = s.table_name AND c.entity = s.entity AND c.series = s.series
WHERE s.value >= c.lowest
