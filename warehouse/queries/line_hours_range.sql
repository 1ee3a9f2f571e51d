-- one row per direction, day of the week (1 Monday to 7) and hour of one line, over any run of days
-- As line_hours, from the 5-minute values themselves; a day whose values are no longer kept counts as not received.
WITH hours AS (SELECT CAST(unnest(range(24)) AS BIGINT) AS hour),
due AS (
    SELECT m.jst_date, m.direction, d.weekday, h.hour, least(greatest(m.expected - 12 * h.hour, 0), 12) AS expected
    FROM scoped.line_day AS m
    JOIN scoped.dim_date AS d ON d.jst_date = m.jst_date
    CROSS JOIN hours AS h
    WHERE m.line_id = $line_id AND m.jst_date BETWEEN $first_date AND $last_date
),
samples AS (
    SELECT jst_date, direction, CAST(floor(jst_minute_of_week % 1440 / 60) AS BIGINT) AS hour, sum(avg_bps) AS sum_bps,
           count(avg_bps) AS received, max(avg_bps) AS max_bps
    FROM scoped.line_sample
    WHERE line_id = $line_id AND jst_date BETWEEN $first_date AND $last_date
    GROUP BY ALL
)
SELECT CAST($line_id AS VARCHAR) AS line_id, due.direction, CASE due.direction WHEN 'in' THEN '受信' ELSE '送信' END AS direction_name,
       CAST(due.weekday AS BIGINT) AS weekday, due.hour, 1.0 * sum(s.sum_bps) / nullif(sum(s.received), 0) AS avg_bps,
       max(s.max_bps) AS max_bps, CAST(sum(due.expected) AS BIGINT) AS expected,
       CAST(coalesce(sum(s.received), 0) AS BIGINT) AS received,
       100.0 * coalesce(sum(s.received), 0) / nullif(sum(due.expected), 0) AS coverage_pct
FROM due
LEFT JOIN samples AS s ON s.jst_date = due.jst_date AND s.direction = due.direction AND s.hour = due.hour
GROUP BY due.direction, due.weekday, due.hour
ORDER BY due.direction, due.weekday, due.hour
