-- 取得状況の日計が、団体別通信量・回線・機器負荷の日計の合計と一致すること
-- by month
WITH series AS (
    SELECT 'tenant_traffic' AS table_name, tenant_code AS entity, jst_date, expected, received FROM tenant_traffic_day
    UNION ALL
    SELECT 'line_sample', line_id, jst_date, expected, received FROM line_day
    UNION ALL
    SELECT 'device_sample', device_id, jst_date, expected, received FROM device_day
),
sums AS (
    SELECT table_name, entity, jst_date, sum(expected) AS expected, sum(received) AS received
    FROM series
    GROUP BY table_name, entity, jst_date
)
SELECT coalesce(c.table_name, s.table_name) AS table_name, coalesce(c.entity, s.entity) AS entity,
       coalesce(c.jst_date, s.jst_date) AS jst_date, c.expected, s.expected AS sum_expected, c.received,
       s.received AS sum_received
FROM coverage_day AS c
FULL JOIN sums AS s ON s.table_name = c.table_name AND s.entity = c.entity AND s.jst_date = c.jst_date
WHERE c.expected IS DISTINCT FROM s.expected OR c.received IS DISTINCT FROM s.received
