-- one row per JST day, tenant, route and direction, for every day of membership
-- title: 接続団体別通信量（日）
-- keys: jst_date, tenant_code, route, direction
-- inputs: tenant_traffic(month), dim_date(month), dim_tenant, dim_route
-- partition: jst_month
-- bytes and max_bps are NULL on a day without samples; expected counts 5-minute slots.
WITH directions AS (SELECT 'in' AS direction UNION ALL SELECT 'out' AS direction),
due AS (
    SELECT d.jst_month, d.jst_date, t.tenant_code, r.route, x.direction
    FROM dim_date AS d
    JOIN dim_tenant AS t ON d.jst_date BETWEEN t.valid_from AND t.valid_to
    JOIN dim_route AS r ON d.jst_date BETWEEN r.valid_from AND r.valid_to
    CROSS JOIN directions AS x
),
samples AS (
    SELECT jst_date, tenant_code, route, direction,
           CAST(sum(bytes) AS BIGINT) AS bytes, max(bytes) AS max_bytes, count(*) AS received
    FROM tenant_traffic
    GROUP BY jst_date, tenant_code, route, direction
)
SELECT due.jst_month, due.jst_date, due.tenant_code, due.route, due.direction,
       s.bytes,
       CAST(floor(s.max_bytes * 8 / 300) AS BIGINT) AS max_bps,
       CAST(288 AS BIGINT) AS expected,
       CAST(coalesce(s.received, 0) AS BIGINT) AS received
FROM due
LEFT JOIN samples AS s
    ON s.jst_date = due.jst_date AND s.tenant_code = due.tenant_code
    AND s.route = due.route AND s.direction = due.direction
