-- one row per JST day, line and direction
SELECT m.jst_date, m.line_id, l.name, m.direction, 1.0 * m.sum_bps / nullif(m.received, 0) AS avg_bps, m.p95_bps,
       m.max_bps, l.guaranteed_bps, 100.0 * m.received / nullif(m.expected, 0) AS coverage_pct
FROM scoped.line_day AS m
JOIN scoped.dim_line AS l ON l.line_id = m.line_id AND m.jst_date BETWEEN l.valid_from AND l.valid_to
WHERE m.jst_date BETWEEN $first_date AND $last_date
ORDER BY m.jst_date, l.sort_order, m.direction
