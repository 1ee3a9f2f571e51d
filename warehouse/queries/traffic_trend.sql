-- one row per month and direction: the sum over all bodies and routes
SELECT jst_month, direction, CAST(sum(bytes) AS BIGINT) AS bytes,
       100.0 * sum(received) / nullif(sum(expected), 0) AS coverage_pct
FROM scoped.tenant_traffic_month
WHERE route = 'total' AND jst_month BETWEEN $from_month AND $to_month AND getvariable('scope_platform')
GROUP BY jst_month, direction
ORDER BY jst_month, direction
