-- one row per reporting period, KPI (K18, K19) and device
-- title: 指標の算出（機器の負荷）
-- keys: period_id, kpi_id, grain, entity
-- inputs: period_month(period), percentile(period), device_month(period)
-- partition: period
-- identities: received <= expected [kpi_within_bounds]
WITH months AS (
    SELECT p.period_id, m.device_id, m.metric, max(m.max_value) AS max_value, max_by(m.design_limit, m.jst_month) AS design_limit,
           sum(m.expected) AS expected, sum(m.received) AS received
    FROM device_month AS m
    JOIN period_month AS p ON p.jst_month = m.jst_month
    WHERE m.metric IN ('cpu_pct', 'sessions')
    GROUP BY p.period_id, m.device_id, m.metric
),
parts AS (
    SELECT m.period_id, 'K18' AS kpi_id, m.device_id, q.p95_value AS numerator, 1 AS denominator, m.received, m.expected
    FROM months AS m
    LEFT JOIN percentile AS q
        ON q.period_id = m.period_id AND q.table_name = 'device_sample' AND q.entity = m.device_id AND q.series = m.metric
    WHERE m.metric = 'cpu_pct'
    UNION ALL
    SELECT period_id, 'K18.max', device_id, max_value, 1, received, expected FROM months WHERE metric = 'cpu_pct'
    UNION ALL
    SELECT period_id, 'K19', device_id, max_value, coalesce(design_limit, 0), received, expected
    FROM months
    WHERE metric = 'sessions'
)
SELECT period_id, kpi_id, 'device' AS grain, device_id AS entity, CAST(numerator AS DECIMAL(28,4)) AS numerator,
       CAST(denominator AS DECIMAL(28,4)) AS denominator, CAST(received AS BIGINT) AS n,
       CAST(expected AS BIGINT) AS expected, CAST(received AS BIGINT) AS received
FROM parts
