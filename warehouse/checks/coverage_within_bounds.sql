-- 取得点数が期待点数を超えていないこと（同じ時刻の値が二重に取り込まれていないこと）
-- by month
SELECT table_name, entity, jst_date, expected, received
FROM coverage_day
WHERE received > expected
UNION ALL
SELECT 'tenant_traffic_day', tenant_code || ' ' || route || ' ' || direction, jst_date, expected, received
FROM tenant_traffic_day
WHERE received > expected
UNION ALL
SELECT 'line_day', line_id || ' ' || direction, jst_date, expected, received
FROM line_day
WHERE received > expected
UNION ALL
SELECT 'device_day', device_id || ' ' || metric, jst_date, expected, received
FROM device_day
WHERE received > expected
UNION ALL
SELECT 'line_group_month', group_id || ' ' || direction, CAST(jst_month || '-01' AS DATE), expected, received
FROM line_group_month
WHERE received > expected
UNION ALL
SELECT 'line_hour_month', line_id || ' ' || direction || ' ' || weekday || ' ' || hour, CAST(jst_month || '-01' AS DATE), expected,
       received
FROM line_hour_month
WHERE received > expected
