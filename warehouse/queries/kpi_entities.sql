-- one row per grain and entity for which a KPI measure has a value in a reporting period, with all that was found
SELECT v.grain, v.entity, coalesce(v.entity_name, v.entity) AS entity_name, v.value, CAST(v.numerator AS DOUBLE) AS numerator,
       CAST(v.denominator AS DOUBLE) AS denominator, v.n, v.expected, v.received, v.coverage_pct, v.operator, v.target,
       v.caution, v.target_clause, v.judgement, v.previous_value, v.last_year_value, v.first_date, v.last_date, v.through_date,
       v.is_complete, v.made_of, v.month_count
FROM scoped.kpi_result AS v
WHERE v.kpi_id = $kpi_id AND v.period_id = $period
ORDER BY v.grain, v.entity
