-- one row per month, body and direction, over all routes
SELECT jst_month, tenant_code, direction, bytes, p95_bps, max_bps,
       100.0 * received / nullif(expected, 0) AS coverage_pct
FROM scoped.tenant_traffic_month
WHERE route = 'total' AND jst_month BETWEEN $from_month AND $to_month
ORDER BY jst_month, tenant_code, direction
