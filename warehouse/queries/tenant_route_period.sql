-- one row per body, route and direction over the months; no percentile, for those of months do not add up
SELECT m.tenant_code, m.route, max_by(r.name, m.jst_month) AS route_name, m.direction, CAST(sum(m.bytes) AS BIGINT) AS bytes,
       max(m.max_bps) AS max_bps, CAST(sum(m.expected) AS BIGINT) AS expected, CAST(sum(m.received) AS BIGINT) AS received,
       100.0 * sum(m.received) / nullif(sum(m.expected), 0) AS coverage_pct
FROM scoped.tenant_traffic_month AS m
JOIN scoped.calendar_month AS c ON c.jst_month = m.jst_month
JOIN scoped.dim_route AS r ON r.route = m.route AND c.last_date BETWEEN r.valid_from AND r.valid_to
WHERE m.jst_month BETWEEN $from_month AND $to_month
GROUP BY m.tenant_code, m.route, m.direction
ORDER BY m.tenant_code, max_by(r.sort_order, m.jst_month), m.route, m.direction
