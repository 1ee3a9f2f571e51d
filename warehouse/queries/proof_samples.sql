-- one row per month and series of 5-minute values behind a percentile (K09-K11, K13.p95, K14, K15.p95, K16, K18)
-- fold above: numerator counts the values above the percentile, denominator all values; above it lie at most a twentieth.
WITH asked AS (
    SELECT jst_month FROM scoped.period_month WHERE period_id = $period
),
wanted AS (
    SELECT CASE WHEN $grain = 'tenant' THEN 'tenant_traffic' WHEN $grain = 'line_group' THEN 'line_group'
                WHEN $grain = 'device' THEN 'device_sample' ELSE 'line_sample' END AS table_name
),
series AS (
    SELECT p.table_name, p.entity, p.series, p.p95_value
    FROM scoped.percentile AS p
    JOIN wanted AS w ON w.table_name = p.table_name
    WHERE p.period_id = $period AND p.entity = $entity
      AND CASE $kpi_id WHEN 'K09.in' THEN p.series = 'in' WHEN 'K09.out' THEN p.series = 'out'
                       WHEN 'K18' THEN p.series = 'cpu_pct' ELSE TRUE END
    QUALIFY row_number() OVER (ORDER BY p.p95_value DESC NULLS LAST, p.series) = 1
)
SELECT 'above' AS fold, m.jst_month || '　' || CASE m.series WHEN 'in' THEN '受信' WHEN 'out' THEN '送信' ELSE m.series END AS item,
       '5分値' || m.samples || '点、最大' || CAST(m.max_value AS DECIMAL(18,1)) || '、月の95パーセンタイル'
           || CAST(m.p95_value AS DECIMAL(18,1)) AS detail,
       CAST((SELECT count(*) FROM scoped.high_sample AS h
             WHERE h.jst_month = m.jst_month AND h.table_name = m.table_name AND h.entity = m.entity AND h.series = m.series
               AND h.value > s.p95_value) AS DOUBLE) AS numerator,
       CAST(m.samples AS DOUBLE) AS denominator
FROM series AS s
JOIN scoped.month_percentile AS m ON m.table_name = s.table_name AND m.entity = s.entity AND m.series = s.series
JOIN asked AS a ON a.jst_month = m.jst_month
ORDER BY m.jst_month
