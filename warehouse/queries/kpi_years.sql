-- one row per fiscal year that begins in the days, and KPI of the whole, of a line or of a group of lines
-- is_complete: every day of the year is told of.
SELECT v.period_id, r.name AS period_name, v.kpi_id,
       k.name || CASE WHEN v.grain = 'all' THEN '' ELSE '（' || coalesce(v.entity_name, v.entity) || '）' END AS name,
       v.grain, v.entity, k.unit, k.decimals, k.rounding, v.value, CAST(v.numerator AS DOUBLE) AS numerator,
       v.target, v.judgement, v.is_complete
FROM scoped.kpi_result AS v
JOIN scoped.reporting_period AS r ON r.period_id = v.period_id
JOIN scoped.dim_kpi AS k ON k.kpi_id = v.kpi_id AND k.kpi_no = v.kpi_id
LEFT JOIN scoped.period_entity AS e ON e.period_id = v.period_id AND e.grain = v.grain AND e.entity = v.entity
WHERE v.kind = 'year' AND r.first_date BETWEEN $first_date AND $last_date AND v.grain IN ('all', 'line', 'line_group')
  AND getvariable('scope_platform')
ORDER BY r.first_date, k.sort_order, e.sort_order, v.entity
