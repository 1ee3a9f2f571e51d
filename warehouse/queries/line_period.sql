-- one row per line or group of lines that share a capacity, and direction, of a reporting period
-- p95_bps is that of the period's own 5-minute values, never made of months.  Limits are those of the period's last day told.
-- judgement is that of the KPI named by kpi_id (K10, K11, K13 or K14), which takes the larger direction.  Groups have no mean:
-- their sums are not kept.
WITH asked AS (
    SELECT period_id, first_date, through_date FROM scoped.reporting_period WHERE period_id = $period
),
line AS (
    SELECT l.line_id, l.name, l.sort_order, l.guaranteed_bps, l.total_bps
    FROM asked AS a
    JOIN scoped.dim_line AS l ON l.valid_from <= a.through_date AND l.valid_to >= a.first_date
    QUALIFY row_number() OVER (PARTITION BY l.line_id ORDER BY l.valid_from DESC) = 1
),
line_group AS (
    SELECT g.group_id, g.name, g.sort_order, g.total_bps
    FROM asked AS a
    JOIN scoped.dim_line_group AS g ON g.valid_from <= a.through_date AND g.valid_to >= a.first_date
    QUALIFY row_number() OVER (PARTITION BY g.group_id ORDER BY g.valid_from DESC) = 1
),
months AS (
    SELECT 'line' AS grain, m.line_id AS entity, m.direction, sum(m.sum_bps) AS sum_bps, max(m.max_bps) AS max_bps,
           sum(m.over_guaranteed) AS over_guaranteed, sum(m.expected) AS expected, sum(m.received) AS received
    FROM scoped.line_month AS m
    JOIN scoped.period_month AS p ON p.jst_month = m.jst_month AND p.period_id = $period
    GROUP BY m.line_id, m.direction
    UNION ALL
    SELECT 'line_group', m.group_id, m.direction, NULL, max(m.max_bps), NULL, sum(m.expected), sum(m.received)
    FROM scoped.line_group_month AS m
    JOIN scoped.period_month AS p ON p.jst_month = m.jst_month AND p.period_id = $period
    GROUP BY m.group_id, m.direction
),
thing AS (
    SELECT 'line' AS grain, 1 AS grain_order, line_id AS entity, name, sort_order, guaranteed_bps, total_bps FROM line
    UNION ALL
    SELECT 'line_group', 2, group_id, name, sort_order, NULL, total_bps FROM line_group
),
ranked AS (
    SELECT CASE table_name WHEN 'line_sample' THEN 'line' ELSE 'line_group' END AS grain, entity, series AS direction,
           CAST(round(p95_value) AS BIGINT) AS p95_bps
    FROM scoped.percentile
    WHERE period_id = $period AND table_name IN ('line_sample', 'line_group')
),
judged AS (
    SELECT v.grain, v.entity, v.kpi_id, k.name AS kpi_name, v.value, v.judgement
    FROM scoped.kpi_result AS v
    JOIN scoped.dim_kpi AS k ON k.kpi_id = v.kpi_id
    WHERE v.period_id = $period AND v.grain IN ('line', 'line_group') AND v.kpi_id IN ('K10', 'K11', 'K13', 'K14')
    QUALIFY row_number() OVER (PARTITION BY v.grain, v.entity ORDER BY v.kpi_id) = 1
)
SELECT t.grain, t.entity, t.name, m.direction, CASE m.direction WHEN 'in' THEN '受信' ELSE '送信' END AS direction_name,
       1.0 * m.sum_bps / nullif(m.received, 0) AS avg_bps, r.p95_bps, m.max_bps, t.guaranteed_bps, t.total_bps,
       100.0 * r.p95_bps / nullif(t.guaranteed_bps, 0) AS p95_guaranteed_pct,
       100.0 * r.p95_bps / nullif(t.total_bps, 0) AS p95_total_pct,
       CASE WHEN t.guaranteed_bps IS NOT NULL THEN CAST(m.over_guaranteed * 5 AS BIGINT) END AS exceeded_minutes,
       CAST(m.expected AS BIGINT) AS expected, CAST(m.received AS BIGINT) AS received,
       100.0 * m.received / nullif(m.expected, 0) AS coverage_pct, j.kpi_id, j.kpi_name, j.value AS judged_pct,
       coalesce(j.judgement, CASE WHEN r.p95_bps IS NULL THEN 'データなし' ELSE '対象なし' END) AS judgement
FROM thing AS t
JOIN months AS m ON m.grain = t.grain AND m.entity = t.entity
LEFT JOIN ranked AS r ON r.grain = m.grain AND r.entity = m.entity AND r.direction = m.direction
LEFT JOIN judged AS j ON j.grain = t.grain AND j.entity = t.entity
ORDER BY t.grain_order, t.sort_order, m.direction
