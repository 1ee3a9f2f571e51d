-- one row per JST day, line and direction, for every day on which the line is in service
-- title: 回線利用（日）
-- keys: jst_date, line_id, direction
-- inputs: line_sample(month), dim_date(month), dim_line
-- partition: jst_month
-- max_bps is the highest 5-minute average, peak_bps the highest momentary value that the monitoring system reported;
-- over_guaranteed counts 5-minute averages above the guaranteed bandwidth (NULL when the line has none).
WITH directions AS (SELECT 'in' AS direction UNION ALL SELECT 'out' AS direction),
due AS (
    SELECT d.jst_month, d.jst_date, l.line_id, x.direction, l.guaranteed_bps
    FROM dim_date AS d
    JOIN dim_line AS l ON d.jst_date BETWEEN l.valid_from AND l.valid_to
    CROSS JOIN directions AS x
),
samples AS (
    SELECT s.jst_date, s.line_id, s.direction, CAST(sum(s.avg_bps) AS BIGINT) AS sum_bps, count(*) AS received,
           CAST(percentile_disc(0.95) WITHIN GROUP (ORDER BY s.avg_bps) AS BIGINT) AS p95_bps,
           max(s.avg_bps) AS max_bps, max(s.max_bps) AS peak_bps,
           count(CASE WHEN s.avg_bps > due.guaranteed_bps THEN 1 END) AS over_guaranteed
    FROM line_sample AS s
    JOIN due ON due.jst_date = s.jst_date AND due.line_id = s.line_id AND due.direction = s.direction
    GROUP BY s.jst_date, s.line_id, s.direction
)
SELECT due.jst_month, due.jst_date, due.line_id, due.direction, s.sum_bps, s.p95_bps, s.max_bps, s.peak_bps,
       CASE WHEN due.guaranteed_bps IS NOT NULL THEN CAST(s.over_guaranteed AS BIGINT) END AS over_guaranteed,
       CAST(288 AS BIGINT) AS expected, CAST(coalesce(s.received, 0) AS BIGINT) AS received
FROM due
LEFT JOIN samples AS s
    ON s.jst_date = due.jst_date AND s.line_id = due.line_id AND s.direction = due.direction
