-- one row per quarter or longer period and series of regular samples
-- title: 95パーセンタイル（四半期以上）
-- keys: period_id, table_name, entity, series
-- inputs: high_sample(period), month_percentile(period), period_month(period), percentile_short(period), sample_series(months of percentile_short)
-- partition: long_period
-- identities: p95_value <= max_value
-- From the samples, never from the months' percentiles: nearest rank over all 5-minute values of the period, read from
-- each month's highest eighth, and from all samples of the months that percentile_short names.  Where such a month's
-- samples have retired, p95_value is NULL.  Every month holds a twentieth of values from floor_value on, so has the
-- period; values below need not be ranked.
WITH asked AS (
    SELECT p.period_id, m.table_name, m.entity, m.series, m.tenant_code, CAST(sum(m.samples) AS BIGINT) AS samples,
           min(m.p95_value) AS floor_value, max(m.max_value) AS max_value
    FROM month_percentile AS m
    JOIN period_month AS p ON p.jst_month = m.jst_month
    GROUP BY p.period_id, m.table_name, m.entity, m.series, m.tenant_code
),
read_anew AS (
    SELECT t.period_id, s.table_name, s.entity, s.series, s.jst_month, s.ts, s.value
    FROM percentile_short AS t
    JOIN sample_series AS s
        ON s.jst_month = t.jst_month AND s.table_name = t.table_name AND s.entity = t.entity AND s.series = t.series
),
lost AS (
    SELECT t.period_id, t.table_name, t.entity, t.series
    FROM percentile_short AS t
    LEFT JOIN (SELECT period_id, table_name, entity, series, jst_month, count(*) AS found FROM read_anew
               GROUP BY period_id, table_name, entity, series, jst_month) AS r
        ON r.period_id = t.period_id AND r.table_name = t.table_name AND r.entity = t.entity AND r.series = t.series
        AND r.jst_month = t.jst_month
    WHERE coalesce(r.found, 0) < t.samples
    GROUP BY t.period_id, t.table_name, t.entity, t.series
),
pool AS (
    SELECT a.period_id, a.table_name, a.entity, a.series, a.samples, h.value, h.jst_month, h.place AS tie
    FROM asked AS a
    JOIN period_month AS p ON p.period_id = a.period_id
    JOIN high_sample AS h
        ON h.jst_month = p.jst_month AND h.table_name = a.table_name AND h.entity = a.entity AND h.series = a.series
        AND h.value >= a.floor_value
    LEFT JOIN percentile_short AS t
        ON t.period_id = a.period_id AND t.table_name = a.table_name AND t.entity = a.entity AND t.series = a.series
        AND t.jst_month = h.jst_month
    WHERE t.jst_month IS NULL
    UNION ALL
    SELECT a.period_id, a.table_name, a.entity, a.series, a.samples, r.value, r.jst_month,
           row_number() OVER (PARTITION BY a.period_id, a.table_name, a.entity, a.series, r.jst_month
                              ORDER BY r.ts NULLS LAST) AS tie
    FROM asked AS a
    JOIN read_anew AS r
        ON r.period_id = a.period_id AND r.table_name = a.table_name AND r.entity = a.entity AND r.series = a.series
),
ranked AS (
    SELECT period_id, table_name, entity, series, samples, value,
           row_number() OVER (PARTITION BY period_id, table_name, entity, series
                              ORDER BY value DESC NULLS LAST, jst_month NULLS LAST, tie NULLS LAST) AS place
    FROM pool
)
SELECT a.period_id, a.table_name, a.entity, a.series, a.tenant_code, a.samples,
       CASE WHEN l.period_id IS NULL THEN r.value END AS p95_value, a.max_value
FROM asked AS a
LEFT JOIN ranked AS r
    ON r.period_id = a.period_id AND r.table_name = a.table_name AND r.entity = a.entity AND r.series = a.series
    AND r.place = a.samples - ceil(a.samples * 0.95) + 1
LEFT JOIN lost AS l
    ON l.period_id = a.period_id AND l.table_name = a.table_name AND l.entity = a.entity AND l.series = a.series
