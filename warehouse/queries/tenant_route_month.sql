-- one row per body, route and direction of the month
SELECT m.tenant_code, m.route, r.name AS route_name, m.direction, m.bytes, m.p95_bps, m.max_bps, m.expected, m.received,
       100.0 * m.received / nullif(m.expected, 0) AS coverage_pct
FROM scoped.tenant_traffic_month AS m
JOIN scoped.calendar_month AS c ON c.jst_month = m.jst_month
JOIN scoped.dim_route AS r ON r.route = m.route AND c.last_date BETWEEN r.valid_from AND r.valid_to
WHERE m.jst_month = $month
ORDER BY m.tenant_code, r.sort_order, m.direction
