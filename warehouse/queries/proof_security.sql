-- one row per day (K33) or judged event (K34-K38) behind a KPI value of the period; fold sum, median or max
WITH asked AS (
    SELECT jst_month FROM scoped.period_month WHERE period_id = $period
)
SELECT 'sum' AS fold, CAST(d.jst_date AS VARCHAR) AS item, '検知' || CAST(sum(d.n) AS BIGINT) || '件' AS detail,
       CAST(sum(d.n) AS DOUBLE) AS numerator, CAST(NULL AS DOUBLE) AS denominator
FROM scoped.security_day AS d
JOIN asked AS a ON a.jst_month = d.jst_month
WHERE $kpi_id = 'K33'
  AND CASE $grain WHEN 'tenant' THEN d.tenant_code = $entity WHEN 'function' THEN d.function = $entity
                  WHEN 'severity' THEN CAST(d.severity AS VARCHAR) = $entity ELSE TRUE END
GROUP BY d.jst_date
UNION ALL
SELECT CASE WHEN $kpi_id = 'K36' THEN 'median' WHEN $kpi_id LIKE '%.max' THEN 'max' ELSE 'sum' END,
       e.event_no, '危険度' || e.severity || '、判断まで' || CAST(e.judge_minutes AS DECIMAL(18,1)) || '分'
           || coalesce('、連絡まで' || CAST(e.contact_minutes AS DECIMAL(18,1)) || '分', '')
           || coalesce('、遮断まで' || CAST(e.block_minutes AS DECIMAL(18,1)) || '分', '')
           || CASE WHEN e.from_inside THEN '、内から外' || CASE WHEN e.endpoint_known THEN '、端末特定' ELSE '、端末未特定' END
                   ELSE '' END,
       CAST(CASE $kpi_id WHEN 'K34' THEN 1 WHEN 'K35' THEN CASE WHEN e.contact_minutes <= 15 THEN 1 ELSE 0 END
                         WHEN 'K35.max' THEN e.contact_minutes WHEN 'K37' THEN CASE WHEN e.block_minutes IS NULL THEN 0 ELSE 1 END
                         WHEN 'K37.max' THEN e.block_minutes WHEN 'K38' THEN CASE WHEN e.endpoint_known THEN 1 ELSE 0 END
                         ELSE e.judge_minutes END AS DOUBLE),
       CAST(CASE WHEN $kpi_id IN ('K35', 'K37', 'K38') THEN 1 END AS DOUBLE)
FROM scoped.serious_event AS e
JOIN asked AS a ON a.jst_month = e.jst_month
WHERE ($grain <> 'tenant' OR e.tenant_code = $entity)
  AND CASE $kpi_id WHEN 'K34' THEN e.serious WHEN 'K35' THEN e.serious
                   WHEN 'K35.max' THEN e.serious AND e.contact_minutes IS NOT NULL
                   WHEN 'K36' THEN TRUE WHEN 'K36.max' THEN TRUE WHEN 'K37' THEN e.block_required
                   WHEN 'K37.max' THEN e.block_required AND e.block_minutes IS NOT NULL
                   WHEN 'K38' THEN e.serious AND e.from_inside ELSE FALSE END
ORDER BY item
