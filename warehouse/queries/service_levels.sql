-- one row per KPI measure of the whole, and per line, group of lines, device or licence where it is asked of these
-- Measures that are asked of nothing of these (bodies, obligations) are told elsewhere.  judgement as in kpi_summary.
SELECT k.kpi_id, coalesce(v.grain, 'all') AS grain, coalesce(v.entity, '') AS entity, k.name,
       CASE WHEN coalesce(v.grain, 'all') = 'all' THEN '全体' ELSE coalesce(v.entity_name, v.entity) END AS entity_name,
       k.unit, k.decimals, k.rounding, k.direction, v.value, CAST(v.numerator AS DOUBLE) AS numerator,
       CAST(v.denominator AS DOUBLE) AS denominator, v.n, v.coverage_pct, v.target, v.caution,
       CASE WHEN v.target IS NOT NULL THEN CASE v.operator WHEN '>=' THEN '以上' ELSE '以下' END END AS target_text,
       CASE WHEN k.direction = 'none' AND v.judgement = '目標未設定' THEN NULL
            ELSE coalesce(v.judgement, 'データなし') END AS judgement,
       v.previous_value, v.last_year_value, k.formula AS description, k.clause, k.kpi_no
FROM scoped.dim_kpi AS k
LEFT JOIN scoped.kpi_result AS v
    ON v.kpi_id = k.kpi_id AND v.period_id = $period AND v.grain IN ('all', 'line', 'line_group', 'device', 'licence')
LEFT JOIN scoped.period_entity AS e ON e.period_id = v.period_id AND e.grain = v.grain AND e.entity = v.entity
WHERE list_has_any(string_split(k.grains, ','), ['all', 'line', 'line_group', 'device', 'licence']) AND getvariable('scope_platform')
ORDER BY k.sort_order, e.sort_order, v.entity
