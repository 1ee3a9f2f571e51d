-- one row per fact table of regular samples, entity and JST day
-- title: 取得状況（日）
-- keys: table_name, entity, jst_date
-- inputs: tenant_traffic_day(month), line_day(month), device_day(month)
-- partition: jst_month
-- identities: received <= expected [coverage_within_bounds]; expected, received = sums of tenant_traffic_day, line_day and device_day [coverage_adds_up]
-- expected and received count samples over all series of the entity; coverage is never above 100 %.
SELECT jst_month, jst_date, 'tenant_traffic' AS table_name, tenant_code AS entity,
       CAST(sum(expected) AS BIGINT) AS expected, CAST(sum(received) AS BIGINT) AS received
FROM tenant_traffic_day
GROUP BY jst_month, jst_date, tenant_code
UNION ALL
SELECT jst_month, jst_date, 'line_sample' AS table_name, line_id AS entity,
       CAST(sum(expected) AS BIGINT) AS expected, CAST(sum(received) AS BIGINT) AS received
FROM line_day
GROUP BY jst_month, jst_date, line_id
UNION ALL
SELECT jst_month, jst_date, 'device_sample' AS table_name, device_id AS entity,
       CAST(sum(expected) AS BIGINT) AS expected, CAST(sum(received) AS BIGINT) AS received
FROM device_day
GROUP BY jst_month, jst_date, device_id
