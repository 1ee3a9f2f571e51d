-- one row per feed, tenant, route, direction and JST day with samples
-- title: 接続団体別通信量の受信（定義・日）
-- keys: jst_date, feed, tenant_code, route, direction
-- inputs: tenant_traffic(month)
-- partition: jst_month
-- identities: max_bytes <= bytes [peaks_within_bounds]; sum of bytes, received = tenant_traffic_day on days of membership [days_equal_feeds]
-- The only pass over the samples that days need; a day that two feeds share has a row for each.
SELECT jst_month, jst_date, feed, tenant_code, route, direction, CAST(sum(bytes) AS BIGINT) AS bytes,
       max(bytes) AS max_bytes, CAST(sum(sessions) AS BIGINT) AS sessions, CAST(count(*) AS BIGINT) AS received
FROM tenant_traffic
GROUP BY jst_month, jst_date, feed, tenant_code, route, direction
