-- one row per reporting period, KPI (K20), grain (line, device) and entity
-- title: 指標の算出（容量の見通し）
-- keys: period_id, kpi_id, grain, entity
-- inputs: period_month(period), capacity_reach(period), capacity_trend(period)
-- partition: period
-- identities: K20.70 <= K20.90 <= K20 where known
-- As seen from the last month of the period, along the line of the last month that has a figure.  denominator 0: nothing
-- points to the threshold (見込みなし); numerator NULL: fewer than twelve months are known.  Of a device the metric that gets
-- there first.
WITH last_month AS (
    SELECT p.period_id, t.grain, t.entity, max(t.jst_month) AS jst_month
    FROM capacity_trend AS t
    JOIN period_month AS p ON p.jst_month = t.jst_month
    GROUP BY p.period_id, t.grain, t.entity
),
months AS (
    SELECT l.period_id, l.grain, l.entity, max(t.months) AS months,
           max(CASE WHEN t.state <> 'short' THEN 1 ELSE 0 END) AS told
    FROM last_month AS l
    JOIN capacity_trend AS t ON t.jst_month = l.jst_month AND t.grain = l.grain AND t.entity = l.entity
    GROUP BY l.period_id, l.grain, l.entity
),
ended AS (
    SELECT period_id, max(CAST(substr(jst_month, 1, 4) AS BIGINT) * 12 + CAST(substr(jst_month, 6, 2) AS BIGINT)) AS x
    FROM period_month
    GROUP BY period_id
),
reached AS (
    SELECT l.period_id, l.grain, l.entity, r.threshold_pct,
           min(CASE WHEN r.months_left > e.x - l.x THEN r.months_left - (e.x - l.x)
                    WHEN r.months_left IS NOT NULL THEN 0 END) AS months_left
    FROM (SELECT period_id, grain, entity, jst_month, CAST(substr(jst_month, 1, 4) AS BIGINT) * 12
                     + CAST(substr(jst_month, 6, 2) AS BIGINT) AS x
          FROM last_month) AS l
    JOIN ended AS e ON e.period_id = l.period_id
    JOIN capacity_reach AS r ON r.jst_month = l.jst_month AND r.grain = l.grain AND r.entity = l.entity
    GROUP BY l.period_id, l.grain, l.entity, r.threshold_pct
),
asked AS (
    SELECT 'K20.70' AS kpi_id, 70 AS threshold_pct UNION ALL SELECT 'K20.90', 90 UNION ALL SELECT 'K20', 100
)
SELECT m.period_id, a.kpi_id, m.grain, m.entity,
       CASE WHEN m.told = 1 THEN CAST(coalesce(r.months_left, 0) AS DECIMAL(28,4)) END AS numerator,
       CASE WHEN m.told = 1 THEN CAST(CASE WHEN r.months_left IS NULL THEN 0 ELSE 1 END AS DECIMAL(28,4)) END AS denominator,
       CAST(m.months AS BIGINT) AS n, CAST(NULL AS BIGINT) AS expected, CAST(NULL AS BIGINT) AS received
FROM months AS m
CROSS JOIN asked AS a
LEFT JOIN reached AS r
    ON r.period_id = m.period_id AND r.grain = m.grain AND r.entity = m.entity AND r.threshold_pct = a.threshold_pct
