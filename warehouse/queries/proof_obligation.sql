-- one row per duty due in the period (K40), or per time it was done in it (K40.done), and per connected body where each has
-- its own; fold sum
SELECT 'sum' AS fold, o.name || '　' || o.due_period_id || coalesce('　' || t.name, '') AS item,
       '期限' || o.due_date || '、実施' || o.done || '回' || coalesce('（最後は' || o.done_date || '）', '') || '、'
           || CASE o.state WHEN 'fulfilled' THEN '履行' WHEN 'overdue' THEN '未履行' WHEN 'open' THEN '期限前' ELSE 'データなし' END
           AS detail,
       CAST(CASE WHEN o.state = 'fulfilled' THEN 1 ELSE 0 END AS DOUBLE) AS numerator, CAST(1 AS DOUBLE) AS denominator
FROM scoped.obligation_due AS o
JOIN scoped.reporting_period AS p ON p.period_id = $period
LEFT JOIN scoped.dim_tenant AS t ON t.tenant_code = o.tenant_code AND o.due_date BETWEEN t.valid_from AND t.valid_to
WHERE $kpi_id = 'K40' AND ($grain = 'all' OR o.obligation_id = $entity)
  AND o.due_date BETWEEN p.first_date AND p.through_date AND o.state IN ('fulfilled', 'overdue')
UNION ALL
SELECT 'sum', d.name || '　' || e.jst_date || coalesce('　' || t.name, ''), e.title, 1, NULL
FROM scoped.dim_obligation AS d
JOIN scoped.reporting_period AS p ON p.period_id = $period
JOIN scoped.calendar_event AS e
    ON e.event_kind = d.event_kind AND e.jst_date BETWEEN p.first_date AND p.through_date AND e.status = 'held'
    AND e.jst_date BETWEEN d.valid_from AND d.valid_to AND (d.title_pattern IS NULL OR e.title LIKE d.title_pattern)
LEFT JOIN scoped.dim_tenant AS t
    ON d.each_tenant AND e.jst_date BETWEEN t.valid_from AND t.valid_to
    AND (e.attendees = '*' OR ',' || e.attendees || ',' LIKE '%,' || t.tenant_code || ',%')
WHERE $kpi_id = 'K40.done' AND d.obligation_id = $entity AND (t.tenant_code IS NOT NULL OR NOT d.each_tenant)
ORDER BY item
