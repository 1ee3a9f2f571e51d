-- one row per JST day, body and direction, over all routes
-- max_bps is the highest 5-minute value of a single route.
SELECT t.jst_date, t.tenant_code, t.direction, CAST(sum(t.bytes) AS BIGINT) AS bytes, max(t.max_bps) AS max_bps,
       CAST(sum(t.expected) AS BIGINT) AS expected, CAST(sum(t.received) AS BIGINT) AS received,
       100.0 * sum(t.received) / nullif(sum(t.expected), 0) AS coverage_pct, d.is_open_day
FROM scoped.tenant_traffic_day AS t
JOIN scoped.dim_date AS d ON d.jst_date = t.jst_date
WHERE t.jst_date BETWEEN $first_date AND $last_date
GROUP BY t.jst_date, t.tenant_code, t.direction, d.is_open_day
ORDER BY t.jst_date, t.tenant_code, t.direction
