-- one row per group of lines that share a capacity, and direction, of the month
SELECT m.group_id, g.name, m.direction, CASE m.direction WHEN 'in' THEN '受信' ELSE '送信' END AS direction_name, m.p95_bps, m.max_bps, m.total_bps,
       100.0 * m.p95_bps / nullif(m.total_bps, 0) AS p95_total_pct,
       100.0 * m.received / nullif(m.expected, 0) AS coverage_pct
FROM scoped.line_group_month AS m
JOIN scoped.calendar_month AS c ON c.jst_month = m.jst_month
JOIN scoped.dim_line_group AS g ON g.group_id = m.group_id AND c.last_date BETWEEN g.valid_from AND g.valid_to
WHERE m.jst_month = $month
ORDER BY g.sort_order, m.direction
