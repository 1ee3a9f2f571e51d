-- one row per JST day, tenant, route and direction, for every day of membership
-- title: 接続団体別通信量（日）
-- keys: jst_date, tenant_code, route, direction
-- inputs: tenant_sample_day(month), dim_date(month), dim_tenant, dim_route, as_of
-- partition: jst_month
-- identities: received <= expected [coverage_within_bounds]; bytes, received = sums of tenant_sample_day [days_equal_feeds]
-- bytes and max_bps are NULL on a day without samples; expected counts the 5-minute slots up to the end of the data, so
-- that days to come are none.  sessions are those of the route, whichever way they ran: direction 'in' holds them.
WITH directions AS (SELECT 'in' AS direction UNION ALL SELECT 'out' AS direction),
due AS (
    SELECT d.jst_month, d.jst_date, t.tenant_code, r.route, x.direction,
           CASE WHEN d.jst_date < a.as_of_date THEN 288 WHEN d.jst_date = a.as_of_date THEN floor(a.as_of_minute / 5)
                ELSE 0 END AS expected
    FROM dim_date AS d
    JOIN dim_tenant AS t ON d.jst_date BETWEEN t.valid_from AND t.valid_to
    JOIN dim_route AS r ON d.jst_date BETWEEN r.valid_from AND r.valid_to
    CROSS JOIN directions AS x
    CROSS JOIN as_of AS a
),
samples AS (
    SELECT jst_date, tenant_code, route, direction, CAST(sum(bytes) AS BIGINT) AS bytes, max(max_bytes) AS max_bytes,
           CAST(sum(sessions) AS BIGINT) AS sessions, CAST(sum(received) AS BIGINT) AS received
    FROM tenant_sample_day
    GROUP BY jst_date, tenant_code, route, direction
)
SELECT due.jst_month, due.jst_date, due.tenant_code, due.route, due.direction,
       s.bytes,
       CAST(floor(s.max_bytes * 8 / 300) AS BIGINT) AS max_bps,
       s.sessions,
       CAST(due.expected AS BIGINT) AS expected,
       CAST(coalesce(s.received, 0) AS BIGINT) AS received
FROM due
LEFT JOIN samples AS s
    ON s.jst_date = due.jst_date AND s.tenant_code = due.tenant_code
    AND s.route = due.route AND s.direction = due.direction
