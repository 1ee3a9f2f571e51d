-- one row per duty to report, brief, train or drill that is in force on some of the days
SELECT obligation_id, name,
       CASE every WHEN 'month' THEN '毎月' WHEN 'half' THEN '半期' ELSE '年度' END AS every_name, every, each_tenant, required,
       maximum, clause
FROM scoped.dim_obligation
WHERE valid_from <= $last_date AND valid_to >= $first_date AND getvariable('scope_platform')
QUALIFY row_number() OVER (PARTITION BY obligation_id ORDER BY valid_from DESC) = 1
ORDER BY sort_order, obligation_id
