-- one row per JST day and direction of one line: 95th percentile, maximum and minutes above the guaranteed bandwidth
SELECT m.jst_date, m.line_id, m.direction, CASE m.direction WHEN 'in' THEN '受信' ELSE '送信' END AS direction_name,
       1.0 * m.sum_bps / nullif(m.received, 0) AS avg_bps, m.p95_bps, m.max_bps, l.guaranteed_bps, l.total_bps,
       CASE WHEN l.guaranteed_bps IS NOT NULL THEN m.over_guaranteed * 5 END AS exceeded_minutes, m.expected, m.received,
       100.0 * m.received / nullif(m.expected, 0) AS coverage_pct, d.is_open_day
FROM scoped.line_day AS m
JOIN scoped.dim_line AS l ON l.line_id = m.line_id AND m.jst_date BETWEEN l.valid_from AND l.valid_to
JOIN scoped.dim_date AS d ON d.jst_date = m.jst_date
WHERE m.line_id = $line_id AND m.jst_date BETWEEN $first_date AND $last_date
ORDER BY m.jst_date, m.direction
