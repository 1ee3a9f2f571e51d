-- one row per month, group of lines that share a capacity, and direction
-- title: 回線群の合算利用（月）
-- keys: jst_month, group_id, direction
-- inputs: line_day(month), month_percentile(month), dim_line, dim_line_group
-- partition: jst_month
-- identities: received <= expected [coverage_within_bounds]; p95_bps <= max_bps [peaks_within_bounds]
-- The 95th percentile is that of the lines' summed 5-minute values, over slots in which every line was received.
WITH members AS (
    SELECT d.jst_month, d.jst_date, l.group_id, d.direction, max(d.expected) AS expected
    FROM line_day AS d
    JOIN dim_line AS l ON l.line_id = d.line_id AND d.jst_date BETWEEN l.valid_from AND l.valid_to
    WHERE l.group_id IS NOT NULL
    GROUP BY d.jst_month, d.jst_date, l.group_id, d.direction
),
due AS (
    SELECT jst_month, group_id, direction, max(jst_date) AS last_date, CAST(sum(expected) AS BIGINT) AS expected
    FROM members
    GROUP BY jst_month, group_id, direction
)
SELECT due.jst_month, due.group_id, due.direction, CAST(round(r.p95_value) AS BIGINT) AS p95_bps,
       CAST(round(r.max_value) AS BIGINT) AS max_bps, g.total_bps, due.expected, coalesce(r.samples, 0) AS received
FROM due
JOIN dim_line_group AS g ON g.group_id = due.group_id AND due.last_date BETWEEN g.valid_from AND g.valid_to
LEFT JOIN month_percentile AS r
    ON r.jst_month = due.jst_month AND r.table_name = 'line_group' AND r.entity = due.group_id
    AND r.series = due.direction
