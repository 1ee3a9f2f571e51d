-- one row per month and direction of a line behind a KPI value (K12, K13, K13.peak) of the period
-- fold max: the highest numerator is the KPI's; fold larger: the months' sum of the larger direction is.
WITH asked AS (
    SELECT jst_month FROM scoped.period_month WHERE period_id = $period
)
SELECT CASE WHEN $kpi_id = 'K12' THEN 'larger' ELSE 'max' END AS fold,
       m.jst_month || '　' || CASE m.direction WHEN 'in' THEN '受信' ELSE '送信' END AS item,
       '5分平均値の最大' || CAST(m.max_bps / 1000000.0 AS DECIMAL(18,1)) || 'Mbps、確保帯域を超えた5分値' || coalesce(m.over_guaranteed, 0)
           || '点、取得' || m.received || '／' || m.expected || '点' AS detail,
       CAST(CASE WHEN $kpi_id = 'K12' THEN m.over_guaranteed ELSE m.max_bps END AS DOUBLE) AS numerator,
       CAST(CASE WHEN $kpi_id = 'K13' THEN m.guaranteed_bps END AS DOUBLE) AS denominator
FROM scoped.line_month AS m
JOIN asked AS a ON a.jst_month = m.jst_month
WHERE $grain = 'line' AND m.line_id = $entity
UNION ALL
SELECT 'max', t.jst_month || '　Web公開　' || CASE t.direction WHEN 'in' THEN '受信' ELSE '送信' END,
       '5分平均値の最大' || CAST(t.max_bps / 1000000.0 AS DECIMAL(18,1)) || 'Mbps、取得' || t.received || '／' || t.expected || '点',
       CAST(t.max_bps AS DOUBLE), NULL
FROM scoped.tenant_traffic_month AS t
JOIN asked AS a ON a.jst_month = t.jst_month
WHERE $grain = 'tenant' AND t.tenant_code = $entity AND t.route = 'web'
ORDER BY item
