-- one row per month and service (K01, K02), or per stop (K03, K04), behind a KPI value of the period
-- fold sum: the rows' numerators and denominators add up to the KPI's (a plain count divides by 1, whatever the rows say).
WITH asked AS (
    SELECT jst_month FROM scoped.period_month WHERE period_id = $period
)
SELECT 'sum' AS fold, s.jst_month || '　' || n.name AS item,
       '計画停止' || CAST(s.planned_minutes AS DECIMAL(18,1)) || '分、計画外停止' || CAST(s.unplanned_minutes AS DECIMAL(18,1))
           || '分（' || s.unplanned_count || '件）、除外' || CAST(s.excluded_minutes AS DECIMAL(18,1)) || '分' AS detail,
       CAST(CASE $kpi_id WHEN 'K01' THEN s.service_minutes - s.planned_minutes - s.unplanned_minutes
                         WHEN 'K02' THEN s.unplanned_minutes ELSE s.unplanned_count END AS DOUBLE) AS numerator,
       CASE WHEN $kpi_id = 'K01' THEN CAST(s.service_minutes - s.planned_minutes AS DOUBLE) END AS denominator
FROM scoped.service_month AS s
JOIN asked AS a ON a.jst_month = s.jst_month
JOIN scoped.calendar_month AS c ON c.jst_month = s.jst_month
JOIN scoped.dim_service AS n ON n.service_id = s.service_id AND c.last_date BETWEEN n.valid_from AND n.valid_to
WHERE $kpi_id IN ('K01', 'K02', 'K02.count')
  AND CASE $grain WHEN 'tenant' THEN s.entity = $entity WHEN 'service' THEN s.entity = '' AND s.service_id = $entity
                  ELSE s.entity = '' END
UNION ALL
SELECT 'sum', strftime(t.started_jst, '%Y-%m-%d %H:%M') || '　' || coalesce(n.name, t.service_id),
       CASE WHEN t.ended_jst IS NULL THEN '継続中'
            ELSE strftime(t.ended_jst, '%Y-%m-%d %H:%M') || 'まで（' || t.seconds || '秒）' END
           || CASE WHEN t.off_hours THEN '、業務時間外' WHEN NOT t.off_hours THEN '、業務時間にかかる' ELSE '' END,
       CAST(CASE $kpi_id WHEN 'K03' THEN CASE WHEN t.off_hours THEN 1 ELSE 0 END WHEN 'K04' THEN 1 ELSE t.seconds END AS DOUBLE),
       CAST(CASE WHEN $kpi_id <> 'K04' THEN 1 END AS DOUBLE)
FROM scoped.stop_case AS t
JOIN asked AS a ON a.jst_month = t.jst_month
LEFT JOIN scoped.dim_service AS n ON n.service_id = t.service_id AND t.jst_date BETWEEN n.valid_from AND n.valid_to
WHERE ($grain = 'all' OR t.service_id = $entity)
  AND CASE $kpi_id WHEN 'K03' THEN t.outage_kind = 'planned' AND t.off_hours IS NOT NULL
                   WHEN 'K04' THEN t.outage_kind = 'switchover'
                   WHEN 'K04.mean' THEN t.outage_kind = 'switchover' AND t.seconds IS NOT NULL ELSE FALSE END
ORDER BY item
