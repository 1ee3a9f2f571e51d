-- one row per vulnerability and device behind a KPI value (K39) of the period; fold sum
WITH span AS (
    SELECT first_date, through_date FROM scoped.reporting_period WHERE period_id = $period
)
SELECT 'sum' AS fold, c.patch_id || '　' || c.device_id AS item,
       coalesce('予定' || c.planned_date, '予定なし') || coalesce('、適用' || c.applied_date, '、未適用')
           || CASE c.time_band WHEN 'office_hours' THEN '、業務時間内' WHEN 'after_hours' THEN '、時間外'
                               WHEN 'closed_day' THEN '、閉庁日' ELSE '' END AS detail,
       CAST(CASE WHEN $kpi_id = 'K39' THEN CASE WHEN c.applied_date <= c.planned_date THEN 1 ELSE 0 END
                 ELSE CASE WHEN c.time_band IN ('after_hours', 'closed_day') THEN 1 ELSE 0 END END AS DOUBLE) AS numerator,
       CAST(1 AS DOUBLE) AS denominator
FROM scoped.patch_case AS c
CROSS JOIN span AS s
WHERE $grain = 'all' AND $entity = ''
  AND CASE WHEN $kpi_id = 'K39' THEN c.status <> 'not_needed' AND c.planned_date BETWEEN s.first_date AND s.through_date
           ELSE c.time_band IS NOT NULL AND c.applied_date BETWEEN s.first_date AND s.through_date END
ORDER BY c.patch_id, c.device_id
