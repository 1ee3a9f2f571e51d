-- one row per reporting period of a kind for one KPI measure, grain and entity, oldest first
SELECT v.period_id, r.name AS period_name, v.value, CAST(v.numerator AS DOUBLE) AS numerator,
       CAST(v.denominator AS DOUBLE) AS denominator, v.n, v.coverage_pct, v.target, v.judgement, v.is_complete
FROM scoped.kpi_result AS v
JOIN scoped.reporting_period AS r ON r.period_id = v.period_id
WHERE v.kpi_id = $kpi_id AND v.grain = $grain AND v.entity = $entity AND v.kind = $kind
ORDER BY r.first_date
