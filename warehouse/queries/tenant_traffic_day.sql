-- one row per JST day, body and direction, over all routes
-- max_bps is the highest 5-minute value of a single route.
SELECT jst_date, tenant_code, direction, CAST(sum(bytes) AS BIGINT) AS bytes, max(max_bps) AS max_bps,
       CAST(sum(expected) AS BIGINT) AS expected, CAST(sum(received) AS BIGINT) AS received,
       100.0 * sum(received) / nullif(sum(expected), 0) AS coverage_pct
FROM scoped.tenant_traffic_day
WHERE jst_date BETWEEN $first_date AND $last_date
GROUP BY jst_date, tenant_code, direction
ORDER BY jst_date, tenant_code, direction
