-- one row per month, group of lines that share a capacity, and direction
-- title: 回線群の合算利用（月）
-- keys: jst_month, group_id, direction
-- inputs: line_sample(month), line_day(month), dim_line, dim_line_group
-- partition: jst_month
-- identities: received <= expected [coverage_within_bounds]; p95_bps <= max_bps [peaks_within_bounds]
-- The 95th percentile is that of the lines' summed 5-minute values, over slots in which every line was received.
WITH members AS (
    SELECT d.jst_month, d.jst_date, l.group_id, d.direction, count(*) AS line_count, max(d.expected) AS expected
    FROM line_day AS d
    JOIN dim_line AS l ON l.line_id = d.line_id AND d.jst_date BETWEEN l.valid_from AND l.valid_to
    WHERE l.group_id IS NOT NULL
    GROUP BY d.jst_month, d.jst_date, l.group_id, d.direction
),
slots AS (
    SELECT s.jst_month, l.group_id, s.direction, s.ts, CAST(sum(s.avg_bps) AS BIGINT) AS bps
    FROM line_sample AS s
    JOIN dim_line AS l ON l.line_id = s.line_id AND s.jst_date BETWEEN l.valid_from AND l.valid_to
    JOIN members AS m ON m.group_id = l.group_id AND m.jst_date = s.jst_date AND m.direction = s.direction
    GROUP BY s.jst_month, l.group_id, s.direction, s.ts, m.line_count
    HAVING count(s.avg_bps) = m.line_count
),
ranked AS (
    SELECT jst_month, group_id, direction, count(*) AS received, max(bps) AS max_bps,
           CAST(percentile_disc(0.95) WITHIN GROUP (ORDER BY bps) AS BIGINT) AS p95_bps
    FROM slots
    GROUP BY jst_month, group_id, direction
),
due AS (
    SELECT jst_month, group_id, direction, max(jst_date) AS last_date, CAST(sum(expected) AS BIGINT) AS expected
    FROM members
    GROUP BY jst_month, group_id, direction
)
SELECT due.jst_month, due.group_id, due.direction, r.p95_bps, r.max_bps, g.total_bps, due.expected,
       CAST(coalesce(r.received, 0) AS BIGINT) AS received
FROM due
JOIN dim_line_group AS g ON g.group_id = due.group_id AND due.last_date BETWEEN g.valid_from AND g.valid_to
LEFT JOIN ranked AS r ON r.jst_month = due.jst_month AND r.group_id = due.group_id AND r.direction = due.direction
