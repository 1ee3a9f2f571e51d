-- one row per KPI measure and entity of a reporting period and grain: value, target, judgement, comparisons
SELECT v.kpi_id, k.kpi_no, k.name, v.grain, v.entity, v.entity_name, k.unit, k.decimals, k.rounding, k.direction, v.value,
       CAST(v.numerator AS DOUBLE) AS numerator, CAST(v.denominator AS DOUBLE) AS denominator, v.n, v.expected, v.received,
       v.coverage_pct, v.operator, v.target, v.caution, v.target_clause, v.judgement, v.previous_value, v.last_year_value,
       v.is_complete, v.made_of, v.month_count
FROM scoped.kpi_result AS v
JOIN scoped.dim_kpi AS k ON k.kpi_id = v.kpi_id
WHERE v.period_id = $period AND v.grain = $grain
ORDER BY k.sort_order, v.entity
