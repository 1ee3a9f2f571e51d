-- one row per body, route and direction over any run of days; no percentile, for those of days do not add up
SELECT t.tenant_code, t.route, max_by(r.name, t.jst_date) AS route_name, t.direction, CAST(sum(t.bytes) AS BIGINT) AS bytes,
       max(t.max_bps) AS max_bps, CAST(sum(t.expected) AS BIGINT) AS expected, CAST(sum(t.received) AS BIGINT) AS received,
       100.0 * sum(t.received) / nullif(sum(t.expected), 0) AS coverage_pct
FROM scoped.tenant_traffic_day AS t
JOIN scoped.dim_route AS r ON r.route = t.route AND t.jst_date BETWEEN r.valid_from AND r.valid_to
WHERE t.jst_date BETWEEN $first_date AND $last_date
GROUP BY t.tenant_code, t.route, t.direction
ORDER BY t.tenant_code, max_by(r.sort_order, t.jst_date), t.route, t.direction
