-- one row per JST day, line and direction, for every day on which the line is in service
-- title: 回線利用（日）
-- keys: jst_date, line_id, direction
-- inputs: line_sample(month), dim_date(month), dim_line, as_of
-- partition: jst_month
-- identities: received <= expected [coverage_within_bounds]; p95_bps <= max_bps <= sum_bps [peaks_within_bounds]; over_guaranteed <= received [ratios_within_bounds]
-- max_bps is the highest 5-minute average, peak_bps the highest momentary value that the monitoring system reported;
-- over_guaranteed counts 5-minute averages above the guaranteed bandwidth (NULL when the line has none).
-- expected counts the slots up to the end of the data; unavailable those of which the source itself says 取得不可.
WITH directions AS (SELECT 'in' AS direction UNION ALL SELECT 'out' AS direction),
due AS (
    SELECT d.jst_month, d.jst_date, l.line_id, x.direction, l.guaranteed_bps,
           CASE WHEN d.jst_date < a.as_of_date THEN 288 WHEN d.jst_date = a.as_of_date THEN floor(a.as_of_minute / 5)
                ELSE 0 END AS expected
    FROM dim_date AS d
    JOIN dim_line AS l ON d.jst_date BETWEEN l.valid_from AND l.valid_to
    CROSS JOIN directions AS x
    CROSS JOIN as_of AS a
),
samples AS (
    SELECT s.jst_date, s.line_id, s.direction, CAST(sum(s.avg_bps) AS BIGINT) AS sum_bps,
           count(s.avg_bps) AS received, count(CASE WHEN NOT s.available THEN 1 END) AS unavailable,
           CAST(percentile_disc(0.95) WITHIN GROUP (ORDER BY s.avg_bps) AS BIGINT) AS p95_bps,
           max(s.avg_bps) AS max_bps, max(s.max_bps) AS peak_bps,
           count(CASE WHEN s.avg_bps > due.guaranteed_bps THEN 1 END) AS over_guaranteed
    FROM line_sample AS s
    JOIN due ON due.jst_date = s.jst_date AND due.line_id = s.line_id AND due.direction = s.direction
    GROUP BY s.jst_date, s.line_id, s.direction
)
SELECT due.jst_month, due.jst_date, due.line_id, due.direction, s.sum_bps, s.p95_bps, s.max_bps, s.peak_bps,
       CASE WHEN due.guaranteed_bps IS NOT NULL THEN CAST(s.over_guaranteed AS BIGINT) END AS over_guaranteed,
       CAST(due.expected AS BIGINT) AS expected, CAST(coalesce(s.received, 0) AS BIGINT) AS received,
       CAST(coalesce(s.unavailable, 0) AS BIGINT) AS unavailable
FROM due
LEFT JOIN samples AS s
    ON s.jst_date = due.jst_date AND s.line_id = due.line_id AND s.direction = due.direction
