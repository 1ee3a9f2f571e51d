-- one row per series of regular samples and 5 minutes
-- title: 5分値の系列
-- keys: table_name, entity, series, ts
-- inputs: tenant_traffic(month), tenant_traffic_day(month), line_sample(month), line_day(month), dim_line, device_sample(month)
-- partition: view
-- identities: none (a relation that other models share; it is not kept)
-- The values whose 95th percentiles are asked for, whatever the period: bytes of a body over all routes, bit/s of a line,
-- bit/s of a group of lines, a device's metric.  series is the direction or the metric.  Sums over routes or lines only
-- where every part was received.
WITH route_count AS (
    SELECT jst_month, jst_date, count(DISTINCT route) AS routes FROM tenant_traffic_day GROUP BY jst_month, jst_date
),
over_routes AS (
    SELECT jst_date, tenant_code, direction, ts, CAST(sum(bytes) AS DECIMAL(18,6)) AS value, count(*) AS routes
    FROM tenant_traffic
    GROUP BY jst_date, tenant_code, direction, ts
),
member AS (
    SELECT d.jst_date, l.group_id, d.direction, count(*) AS line_count
    FROM line_day AS d
    JOIN dim_line AS l ON l.line_id = d.line_id AND d.jst_date BETWEEN l.valid_from AND l.valid_to
    WHERE l.group_id IS NOT NULL
    GROUP BY d.jst_date, l.group_id, d.direction
)
SELECT c.jst_month, 'tenant_traffic' AS table_name, s.tenant_code AS entity, s.direction AS series, s.tenant_code, s.ts,
       s.value
FROM over_routes AS s
JOIN route_count AS c ON c.jst_date = s.jst_date AND c.routes = s.routes
UNION ALL
SELECT jst_month, 'line_sample', line_id, direction, NULL, ts, CAST(avg_bps AS DECIMAL(18,6))
FROM line_sample
WHERE avg_bps IS NOT NULL
UNION ALL
SELECT s.jst_month, 'line_group', l.group_id, s.direction, NULL, s.ts, CAST(sum(s.avg_bps) AS DECIMAL(18,6))
FROM line_sample AS s
JOIN dim_line AS l ON l.line_id = s.line_id AND s.jst_date BETWEEN l.valid_from AND l.valid_to
JOIN member AS m ON m.group_id = l.group_id AND m.jst_date = s.jst_date AND m.direction = s.direction
GROUP BY s.jst_month, l.group_id, s.direction, s.ts, m.line_count
HAVING count(s.avg_bps) = m.line_count
UNION ALL
SELECT jst_month, 'device_sample', device_id, metric, NULL, ts, CAST(value AS DECIMAL(18,6))
FROM device_sample
