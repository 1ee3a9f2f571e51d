-- one row per month and direction of one line: 95th percentile, maximum and minutes above the guaranteed bandwidth
SELECT m.jst_month, m.line_id, m.direction, CASE m.direction WHEN 'in' THEN '受信' ELSE '送信' END AS direction_name,
       1.0 * m.sum_bps / nullif(m.received, 0) AS avg_bps, m.p95_bps, m.max_bps, m.guaranteed_bps, m.total_bps,
       CASE WHEN m.guaranteed_bps IS NOT NULL THEN m.over_guaranteed * 5 END AS exceeded_minutes, m.expected, m.received,
       100.0 * m.received / nullif(m.expected, 0) AS coverage_pct
FROM scoped.line_month AS m
WHERE m.line_id = $line_id AND m.jst_month BETWEEN $from_month AND $to_month
ORDER BY m.jst_month, m.direction
