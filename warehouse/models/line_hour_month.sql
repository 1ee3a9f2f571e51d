-- one row per month, line, direction, day of the week and hour (JST), for every hour that falls due in the month
-- title: 回線利用（曜日・時刻別、月）
-- keys: jst_month, line_id, direction, weekday, hour
-- inputs: line_sample(month), dim_date(month), dim_line, as_of
-- partition: jst_month
-- identities: received <= expected [coverage_within_bounds]; sum_bps, expected, received over all hours = line_month; the highest max_bps = its maximum [lines_and_devices_add_up]
-- The mean of an hour is sum_bps / received; months are joined by adding both, never by averaging means.
WITH directions AS (SELECT 'in' AS direction UNION ALL SELECT 'out' AS direction),
hours AS (
    SELECT CAST(q.first_hour + h.step AS BIGINT) AS hour
    FROM (SELECT 0 AS first_hour UNION ALL SELECT 6 UNION ALL SELECT 12 UNION ALL SELECT 18) AS q
    CROSS JOIN (SELECT 0 AS step UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5) AS h
),
due AS (
    SELECT d.jst_month, d.jst_date, d.weekday, l.line_id, x.direction, h.hour,
           CASE WHEN d.jst_date < a.as_of_date THEN 12
                WHEN d.jst_date = a.as_of_date THEN floor(least(greatest(a.as_of_minute - h.hour * 60, 0), 60) / 5)
                ELSE 0 END AS expected
    FROM dim_date AS d
    JOIN dim_line AS l ON d.jst_date BETWEEN l.valid_from AND l.valid_to
    CROSS JOIN directions AS x
    CROSS JOIN hours AS h
    CROSS JOIN as_of AS a
),
samples AS (
    SELECT jst_date, line_id, direction, CAST(floor(jst_minute_of_week % 1440 / 60) AS BIGINT) AS hour,
           sum(avg_bps) AS sum_bps, count(avg_bps) AS received, max(avg_bps) AS max_bps
    FROM line_sample
    GROUP BY jst_date, line_id, direction, CAST(floor(jst_minute_of_week % 1440 / 60) AS BIGINT)
)
SELECT due.jst_month, due.line_id, due.direction, CAST(due.weekday AS BIGINT) AS weekday, due.hour,
       CAST(sum(s.sum_bps) AS BIGINT) AS sum_bps, CAST(max(s.max_bps) AS BIGINT) AS max_bps,
       CAST(sum(due.expected) AS BIGINT) AS expected, CAST(coalesce(sum(s.received), 0) AS BIGINT) AS received
FROM due
LEFT JOIN samples AS s
    ON s.jst_date = due.jst_date AND s.line_id = due.line_id AND s.direction = due.direction AND s.hour = due.hour
GROUP BY due.jst_month, due.line_id, due.direction, due.weekday, due.hour
