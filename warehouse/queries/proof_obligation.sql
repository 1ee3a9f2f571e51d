-- one row per duty due in the period, and per connected body where each has its own, behind a KPI value (K40); fold sum
SELECT 'sum' AS fold, o.name || '　' || o.due_period_id || coalesce('　' || t.name, '') AS item,
       '期限' || o.due_date || '、実施' || o.done || '回' || coalesce('（最後は' || o.done_date || '）', '') || '、'
           || CASE o.state WHEN 'fulfilled' THEN '履行' WHEN 'overdue' THEN '未履行' WHEN 'open' THEN '期限前' ELSE 'データなし' END
           AS detail,
       CAST(CASE WHEN $kpi_id = 'K40.done' THEN o.done WHEN o.state = 'fulfilled' THEN 1 ELSE 0 END AS DOUBLE) AS numerator,
       CAST(CASE WHEN $kpi_id = 'K40' THEN 1 END AS DOUBLE) AS denominator
FROM scoped.obligation_due AS o
JOIN scoped.reporting_period AS p ON p.period_id = $period
LEFT JOIN scoped.dim_tenant AS t ON t.tenant_code = o.tenant_code AND o.due_date BETWEEN t.valid_from AND t.valid_to
WHERE ($grain = 'all' OR o.obligation_id = $entity)
  AND CASE WHEN $kpi_id = 'K40' THEN o.due_date BETWEEN p.first_date AND p.through_date AND o.state IN ('fulfilled', 'overdue')
           ELSE o.due_date BETWEEN p.first_date AND p.last_date END
ORDER BY o.sort_order, o.due_date, t.sort_order NULLS FIRST
