-- one row per KPI measure and entity with a target, and reporting period of a kind that begins in the days given
SELECT v.kpi_id, v.grain, v.entity, v.period_id, r.name AS period_name, r.first_date, v.value, v.target, v.judgement
FROM scoped.kpi_result AS v
JOIN scoped.reporting_period AS r ON r.period_id = v.period_id
JOIN scoped.dim_kpi AS k ON k.kpi_id = v.kpi_id
WHERE v.kind = $kind AND r.first_date BETWEEN $first_date AND $last_date AND v.target IS NOT NULL
  AND v.grain IN ('all', 'line', 'line_group', 'device', 'licence') AND getvariable('scope_platform')
ORDER BY k.sort_order, v.grain, v.entity, r.first_date
