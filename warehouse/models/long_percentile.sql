-- one row per quarter or longer period and series of regular samples
-- title: 95パーセンタイル（四半期以上）
-- keys: period_id, table_name, entity, series
-- inputs: long_guess(period), high_sample(period), period_month(period), percentile_short(period), sample_series(months of percentile_short)
-- partition: long_period
-- identities: p95_value <= max_value [percentiles_below_maximum]
-- From the samples, never from the months' percentiles: nearest rank over all 5-minute values of the period.  Where the
-- months' highest eighths hold what matters it is long_guess's value; else all samples of the months that percentile_short
-- names are read as well.  Where such a month's samples have retired, p95_value is NULL.
WITH doubted AS (
    SELECT g.period_id, g.table_name, g.entity, g.series, g.samples, g.floor_value
    FROM long_guess AS g
    JOIN (SELECT DISTINCT period_id, table_name, entity, series FROM percentile_short) AS t
        ON t.period_id = g.period_id AND t.table_name = g.table_name AND t.entity = g.entity AND t.series = g.series
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
    SELECT d.period_id, d.table_name, d.entity, d.series, d.samples, h.value, h.jst_month, h.place AS tie
    FROM doubted AS d
    JOIN period_month AS p ON p.period_id = d.period_id
    JOIN high_sample AS h
        ON h.jst_month = p.jst_month AND h.table_name = d.table_name AND h.entity = d.entity AND h.series = d.series
        AND h.value >= d.floor_value
    LEFT JOIN percentile_short AS t
        ON t.period_id = d.period_id AND t.table_name = d.table_name AND t.entity = d.entity AND t.series = d.series
        AND t.jst_month = h.jst_month
    WHERE t.jst_month IS NULL
    UNION ALL
    SELECT d.period_id, d.table_name, d.entity, d.series, d.samples, r.value, r.jst_month,
           row_number() OVER (PARTITION BY d.period_id, d.table_name, d.entity, d.series, r.jst_month
                              ORDER BY r.ts NULLS LAST) AS tie
    FROM doubted AS d
    JOIN read_anew AS r
        ON r.period_id = d.period_id AND r.table_name = d.table_name AND r.entity = d.entity AND r.series = d.series
),
ranked AS (
    SELECT period_id, table_name, entity, series, samples, value,
           row_number() OVER (PARTITION BY period_id, table_name, entity, series
                              ORDER BY value DESC NULLS LAST, jst_month NULLS LAST, tie NULLS LAST) AS place
    FROM pool
)
SELECT g.period_id, g.table_name, g.entity, g.series, g.tenant_code, g.samples,
       CASE WHEN l.period_id IS NOT NULL THEN NULL WHEN d.period_id IS NOT NULL THEN r.value ELSE g.guess_value END
           AS p95_value, g.max_value
FROM long_guess AS g
LEFT JOIN doubted AS d
    ON d.period_id = g.period_id AND d.table_name = g.table_name AND d.entity = g.entity AND d.series = g.series
LEFT JOIN ranked AS r
    ON r.period_id = g.period_id AND r.table_name = g.table_name AND r.entity = g.entity AND r.series = g.series
    AND r.place = g.samples - ceil(g.samples * 0.95) + 1
LEFT JOIN lost AS l
    ON l.period_id = g.period_id AND l.table_name = g.table_name AND l.entity = g.entity AND l.series = g.series
