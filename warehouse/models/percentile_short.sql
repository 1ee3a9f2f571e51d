-- one row per quarter or longer period, series and month whose highest eighth does not hold all that the period needs
-- title: 上位の値が足りない月
-- keys: period_id, table_name, entity, series, jst_month
-- inputs: high_sample(period), month_percentile(period), period_month(period)
-- partition: long_period
-- identities: none (as a rule without rows: a month would have to hold two and a half times its share of the high values)
-- The value found among the highest samples alone is never above the true one, so a month whose lowest kept value is
-- not above it has kept all that matters.  Of the other months all samples are read (long_percentile).
WITH asked AS (
    SELECT p.period_id, m.table_name, m.entity, m.series, CAST(sum(m.samples) AS BIGINT) AS samples,
           min(m.p95_value) AS floor_value
    FROM month_percentile AS m
    JOIN period_month AS p ON p.jst_month = m.jst_month
    GROUP BY p.period_id, m.table_name, m.entity, m.series
),
ranked AS (
    SELECT a.period_id, a.table_name, a.entity, a.series, a.samples, h.value,
           row_number() OVER (PARTITION BY a.period_id, a.table_name, a.entity, a.series
                              ORDER BY h.value DESC NULLS LAST, h.jst_month NULLS LAST, h.place NULLS LAST) AS place
    FROM asked AS a
    JOIN period_month AS p ON p.period_id = a.period_id
    JOIN high_sample AS h
        ON h.jst_month = p.jst_month AND h.table_name = a.table_name AND h.entity = a.entity AND h.series = a.series
        AND h.value >= a.floor_value
),
guess AS (
    SELECT period_id, table_name, entity, series, value AS guess_value
    FROM ranked
    WHERE place = samples - ceil(samples * 0.95) + 1
)
SELECT g.period_id, g.table_name, g.entity, g.series, m.jst_month, m.samples
FROM guess AS g
JOIN period_month AS p ON p.period_id = g.period_id
JOIN month_percentile AS m
    ON m.jst_month = p.jst_month AND m.table_name = g.table_name AND m.entity = g.entity AND m.series = g.series
WHERE m.kept < m.samples AND m.cut_value > g.guess_value
