-- one row per line and direction over any run of days
-- p95_bps is that of the 5-minute values of these days (nearest rank), NULL where some of them are no longer kept.  Limits
-- are those of the last of the days on which the line is in service.
WITH days AS (
    SELECT m.line_id, m.direction, sum(m.sum_bps) AS sum_bps, max(m.max_bps) AS max_bps,
           sum(m.over_guaranteed) AS over_guaranteed, sum(m.expected) AS expected, sum(m.received) AS received
    FROM scoped.line_day AS m
    WHERE m.jst_date BETWEEN $first_date AND $last_date
    GROUP BY m.line_id, m.direction
),
samples AS (
    SELECT s.line_id, s.direction, count(s.avg_bps) AS kept,
           CAST(percentile_disc(0.95) WITHIN GROUP (ORDER BY s.avg_bps) AS BIGINT) AS p95_bps
    FROM scoped.line_sample AS s
    WHERE s.jst_date BETWEEN $first_date AND $last_date
    GROUP BY s.line_id, s.direction
),
line AS (
    SELECT l.line_id, l.name, l.sort_order, l.guaranteed_bps, l.total_bps
    FROM scoped.dim_line AS l
    WHERE l.valid_from <= $last_date AND l.valid_to >= $first_date
    QUALIFY row_number() OVER (PARTITION BY l.line_id ORDER BY l.valid_from DESC) = 1
)
SELECT 'line' AS grain, l.line_id AS entity, l.name, d.direction,
       CASE d.direction WHEN 'in' THEN '受信' ELSE '送信' END AS direction_name,
       1.0 * d.sum_bps / nullif(d.received, 0) AS avg_bps, CASE WHEN s.kept = d.received THEN s.p95_bps END AS p95_bps,
       d.max_bps, l.guaranteed_bps, l.total_bps,
       100.0 * CASE WHEN s.kept = d.received THEN s.p95_bps END / nullif(l.guaranteed_bps, 0) AS p95_guaranteed_pct,
       100.0 * CASE WHEN s.kept = d.received THEN s.p95_bps END / nullif(l.total_bps, 0) AS p95_total_pct,
       CASE WHEN l.guaranteed_bps IS NOT NULL THEN CAST(d.over_guaranteed * 5 AS BIGINT) END AS exceeded_minutes,
       CAST(d.expected AS BIGINT) AS expected, CAST(d.received AS BIGINT) AS received,
       100.0 * d.received / nullif(d.expected, 0) AS coverage_pct
FROM line AS l
JOIN days AS d ON d.line_id = l.line_id
LEFT JOIN samples AS s ON s.line_id = d.line_id AND s.direction = d.direction
ORDER BY l.sort_order, d.direction
