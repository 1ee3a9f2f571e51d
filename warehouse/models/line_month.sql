-- one row per month, line and direction
-- title: 回線利用（月）
-- keys: jst_month, line_id, direction
-- inputs: line_day(month), month_percentile(month), dim_line
-- partition: jst_month
-- identities: sum_bps, over_guaranteed, expected, received = sums of line_day; max_bps, peak_bps = its maxima [lines_and_devices_add_up]
-- Both denominators are named: guaranteed_bps (帯域確保) and total_bps (総帯域); specification 11(10)ア・ウ.
WITH sums AS (
    SELECT jst_month, line_id, direction, max(jst_date) AS last_date, CAST(sum(sum_bps) AS BIGINT) AS sum_bps,
           max(max_bps) AS max_bps, max(peak_bps) AS peak_bps, CAST(sum(over_guaranteed) AS BIGINT) AS over_guaranteed,
           CAST(sum(expected) AS BIGINT) AS expected, CAST(sum(received) AS BIGINT) AS received
    FROM line_day
    GROUP BY jst_month, line_id, direction
)
SELECT s.jst_month, s.line_id, s.direction, s.sum_bps, CAST(round(r.p95_value) AS BIGINT) AS p95_bps, s.max_bps, s.peak_bps,
       s.over_guaranteed, l.guaranteed_bps, l.total_bps, s.expected, s.received
FROM sums AS s
LEFT JOIN month_percentile AS r
    ON r.jst_month = s.jst_month AND r.table_name = 'line_sample' AND r.entity = s.line_id AND r.series = s.direction
JOIN dim_line AS l ON l.line_id = s.line_id AND s.last_date BETWEEN l.valid_from AND l.valid_to
