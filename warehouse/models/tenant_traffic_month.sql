-- one row per month, tenant, route and direction, and one with route 'total' over all routes
-- title: 接続団体別通信量（月）
-- keys: jst_month, tenant_code, route, direction
-- inputs: tenant_traffic(month), tenant_traffic_day(month), month_percentile(month)
-- partition: jst_month
-- identities: bytes, sessions, expected, received = sums of tenant_traffic_day [month_equals_days]; bytes of 'total' = sum of its routes [routes_add_up]; p95_bps <= max_bps [peaks_within_bounds]
-- p95_bps: nearest rank over the month's 5-minute values; for 'total' only slots in which every route was received.
WITH ranked AS (
    SELECT jst_month, tenant_code, route, direction,
           CAST(percentile_disc(0.95) WITHIN GROUP (ORDER BY bytes) AS BIGINT) AS p95_bytes, max(bytes) AS max_bytes
    FROM tenant_traffic
    GROUP BY jst_month, tenant_code, route, direction
    UNION ALL
    SELECT jst_month, entity, 'total' AS route, series, CAST(round(p95_value) AS BIGINT), CAST(round(max_value) AS BIGINT)
    FROM month_percentile
    WHERE table_name = 'tenant_traffic'
),
sums AS (
    SELECT jst_month, tenant_code, route, direction, CAST(sum(bytes) AS BIGINT) AS bytes,
           CAST(sum(sessions) AS BIGINT) AS sessions, CAST(sum(expected) AS BIGINT) AS expected, CAST(sum(received) AS BIGINT) AS received
    FROM tenant_traffic_day
    GROUP BY jst_month, tenant_code, route, direction
    UNION ALL
    SELECT jst_month, tenant_code, 'total' AS route, direction, CAST(sum(bytes) AS BIGINT) AS bytes,
           CAST(sum(sessions) AS BIGINT) AS sessions, CAST(sum(expected) AS BIGINT) AS expected, CAST(sum(received) AS BIGINT) AS received
    FROM tenant_traffic_day
    GROUP BY jst_month, tenant_code, direction
)
SELECT s.jst_month, s.tenant_code, s.route, s.direction, s.bytes,
       CAST(floor(r.p95_bytes * 8 / 300) AS BIGINT) AS p95_bps,
       CAST(floor(r.max_bytes * 8 / 300) AS BIGINT) AS max_bps,
       s.sessions, s.expected, s.received
FROM sums AS s
LEFT JOIN ranked AS r
    ON r.jst_month = s.jst_month AND r.tenant_code = s.tenant_code AND r.route = s.route AND r.direction = s.direction
