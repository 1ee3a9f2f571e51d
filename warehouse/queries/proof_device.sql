-- one row per month behind a device's KPI value (K18.max, K19) of the period; fold max: the highest numerator is the KPI's
WITH asked AS (
    SELECT jst_month FROM scoped.period_month WHERE period_id = $period
)
SELECT 'max' AS fold, m.jst_month AS item,
       '5分値の最大' || CAST(m.max_value AS DECIMAL(18,1)) || '、設計上限' || coalesce(CAST(m.design_limit AS DECIMAL(18,1)), 0)
           || '、取得' || m.received || '／' || m.expected || '点' AS detail,
       CAST(m.max_value AS DOUBLE) AS numerator,
       CASE WHEN $kpi_id = 'K19' THEN CAST(m.design_limit AS DOUBLE) END AS denominator
FROM scoped.device_month AS m
JOIN asked AS a ON a.jst_month = m.jst_month
WHERE $grain = 'device' AND m.device_id = $entity AND m.metric = CASE WHEN $kpi_id = 'K19' THEN 'sessions' ELSE 'cpu_pct' END
ORDER BY m.jst_month
