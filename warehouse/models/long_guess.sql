-- one row per quarter or longer period and series of regular samples
-- title: 95パーセンタイル（四半期以上、上位8分の1から）
-- keys: period_id, table_name, entity, series
-- inputs: high_sample(period), month_percentile(period), period_month(period)
-- partition: long_period
-- identities: guess_value <= max_value [percentiles_below_maximum]
-- Nearest rank over all 5-minute values of the period, as far as the months' highest eighths tell: guess_value is never
-- above the true percentile, and is it unless percentile_short names a month.  Every month holds a twentieth of its values
-- from floor_value on, so has the period; values below need not be ranked.
WITH asked AS (
    SELECT p.period_id, m.table_name, m.entity, m.series, m.tenant_code, CAST(sum(m.samples) AS BIGINT) AS samples,
           min(m.p95_value) AS floor_value, max(m.max_value) AS max_value
    FROM month_percentile AS m
    JOIN period_month AS p ON p.jst_month = m.jst_month
    GROUP BY p.period_id, m.table_name, m.entity, m.series, m.tenant_code
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
)
SELECT a.period_id, a.table_name, a.entity, a.series, a.tenant_code, a.samples, a.floor_value, a.max_value,
       r.value AS guess_value
FROM asked AS a
LEFT JOIN ranked AS r
    ON r.period_id = a.period_id AND r.table_name = a.table_name AND r.entity = a.entity AND r.series = a.series
    AND r.place = a.samples - ceil(a.samples * 0.95) + 1
