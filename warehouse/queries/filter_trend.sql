-- one row per month and filtering function (web, mail): what was blocked (K25.count) of what was found, and its share (K25)
SELECT v.period_id AS jst_month, f.function, f.name AS function_name,
       CAST(max(CASE WHEN v.kpi_id = 'K25' THEN v.denominator END) AS BIGINT) AS n,
       CAST(max(CASE WHEN v.kpi_id = 'K25.count' THEN v.value END) AS BIGINT) AS blocked,
       max(CASE WHEN v.kpi_id = 'K25' THEN v.value END) AS blocked_pct
FROM scoped.kpi_value AS v
JOIN scoped.calendar_month AS c ON c.jst_month = v.period_id
JOIN scoped.dim_function AS f ON f.function = v.entity AND c.last_date BETWEEN f.valid_from AND f.valid_to
WHERE v.kind = 'month' AND v.grain = 'function' AND v.kpi_id IN ('K25', 'K25.count')
  AND v.period_id BETWEEN $from_month AND $to_month
GROUP BY v.period_id, f.function, f.name, f.sort_order
ORDER BY v.period_id, f.sort_order, f.function
