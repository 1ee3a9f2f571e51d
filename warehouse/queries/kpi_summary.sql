-- one row per main KPI, and per line or group of lines where the KPI is asked of these, in a reporting period
-- The name tells the line or group where there are several of them.
-- Judged on the unrounded value: 達成 / 注意 / 未達 / 目標未設定 / 対象なし (denominator 0) / データなし.  NULL where the KPI
-- is neither good nor bad (direction none) and hence has no target that could be missing.
SELECT k.kpi_id, coalesce(v.grain, 'all') AS grain, coalesce(v.entity, '') AS entity,
       coalesce(v.entity_name, v.entity, '') AS entity_name,
       k.name || CASE WHEN count(*) OVER (PARTITION BY k.kpi_id) > 1 THEN '（' || coalesce(v.entity_name, v.entity) || '）'
                      ELSE '' END AS name, k.unit, k.decimals,
       k.rounding, k.direction, v.value, CAST(v.numerator AS DOUBLE) AS numerator,
       CAST(v.denominator AS DOUBLE) AS denominator, v.n,
       CASE WHEN k.model IN ('kpi_line', 'kpi_tenant', 'kpi_device') THEN v.coverage_pct END AS coverage_pct, v.target,
       CASE WHEN v.target IS NOT NULL THEN CASE v.operator WHEN '>=' THEN '以上' ELSE '以下' END END AS target_text,
       CASE WHEN k.direction = 'none' AND v.judgement = '目標未設定' THEN NULL
            ELSE coalesce(v.judgement, 'データなし') END AS judgement,
       v.previous_value, v.last_year_value,
       row_number() OVER (ORDER BY k.sort_order, e.sort_order, v.entity) AS sort_order, k.formula AS description, k.clause
FROM scoped.dim_kpi AS k
LEFT JOIN scoped.kpi_result AS v
    ON v.kpi_id = k.kpi_id AND v.period_id = $period AND v.grain IN ('all', 'line', 'line_group')
LEFT JOIN scoped.period_entity AS e ON e.period_id = v.period_id AND e.grain = v.grain AND e.entity = v.entity
WHERE k.headline AND getvariable('scope_platform')
ORDER BY k.sort_order, e.sort_order, v.entity
