-- one row per direction, day of the week (1 Monday to 7) and hour of one line, over the months
-- avg_bps comes from the sums of all 5-minute values of that hour; NULL where none was received.
SELECT h.line_id, h.direction, CASE h.direction WHEN 'in' THEN '受信' ELSE '送信' END AS direction_name, h.weekday, h.hour,
       1.0 * sum(h.sum_bps) / nullif(sum(h.received), 0) AS avg_bps, max(h.max_bps) AS max_bps,
       CAST(sum(h.expected) AS BIGINT) AS expected, CAST(sum(h.received) AS BIGINT) AS received,
       100.0 * sum(h.received) / nullif(sum(h.expected), 0) AS coverage_pct
FROM scoped.line_hour_month AS h
WHERE h.line_id = $line_id AND h.jst_month BETWEEN $from_month AND $to_month
GROUP BY h.line_id, h.direction, h.weekday, h.hour
ORDER BY h.direction, h.weekday, h.hour
