-- one row per duty to report, brief, train or drill that falls due in the period, per connected body where each has its own
SELECT o.obligation_id, o.name, o.due_period_id, o.due_date, o.tenant_code, t.name AS tenant_name, o.required, o.maximum,
       o.done, o.done_date,
       CASE o.state WHEN 'fulfilled' THEN '履行' WHEN 'overdue' THEN '未履行' WHEN 'open' THEN '期限前' ELSE 'データなし' END
           AS state_name, o.clause
FROM scoped.obligation_due AS o
JOIN scoped.reporting_period AS p ON p.period_id = $period AND o.due_date BETWEEN p.first_date AND p.last_date
LEFT JOIN scoped.dim_tenant AS t ON t.tenant_code = o.tenant_code AND o.due_date BETWEEN t.valid_from AND t.valid_to
ORDER BY o.sort_order, o.due_date, t.sort_order NULLS FIRST
