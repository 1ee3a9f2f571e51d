-- one row per day and function behind a KPI value (K25) of the period; fold sum
WITH asked AS (
    SELECT jst_month FROM scoped.period_month WHERE period_id = $period
)
SELECT 'sum' AS fold, d.jst_date || '　' || f.name AS item, '検知' || CAST(sum(d.n) AS BIGINT) || '件、遮断' || CAST(sum(d.blocked) AS BIGINT) || '件' AS detail,
       CAST(sum(d.blocked) AS DOUBLE) AS numerator, CASE WHEN $kpi_id = 'K25' THEN CAST(sum(d.n) AS DOUBLE) END AS denominator
FROM scoped.security_day AS d
JOIN asked AS a ON a.jst_month = d.jst_month
JOIN scoped.dim_function AS f ON f.function = d.function AND d.jst_date BETWEEN f.valid_from AND f.valid_to AND f.filtering
WHERE CASE $grain WHEN 'tenant' THEN d.tenant_code = $entity WHEN 'function' THEN d.function = $entity ELSE TRUE END
GROUP BY d.jst_date, f.name, f.sort_order
ORDER BY d.jst_date, f.sort_order
