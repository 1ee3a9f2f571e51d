-- one row per figure of a month behind a KPI value (K21-K24) of the period; fold last: the last row's numbers are the KPI's
WITH asked AS (
    SELECT jst_month FROM scoped.period_month WHERE period_id = $period
)
SELECT 'last' AS fold, u.jst_month AS item, l.name || ' 利用' || u.used || '／調達' || l.capacity || l.unit AS detail,
       CAST(u.used AS DOUBLE) AS numerator,
       CASE WHEN $kpi_id <> 'K23.sites' THEN CAST(l.capacity AS DOUBLE) END AS denominator
FROM scoped.licence_usage AS u
JOIN asked AS a ON a.jst_month = u.jst_month
JOIN scoped.dim_licence AS l ON l.kind = u.kind AND u.jst_date BETWEEN l.valid_from AND l.valid_to
WHERE u.kind = CASE $kpi_id WHEN 'K21' THEN 'account' WHEN 'K22' THEN 'terminal' WHEN 'K24' THEN $entity ELSE 'cdn_site' END
  AND ($grain <> 'licence' OR u.kind = $entity)
ORDER BY u.month_start
