-- one row per KPI of the catalogue in a reporting period: of the whole, or of each line, group of lines and licence
-- Of a KPI that is asked of devices, or of bodies only, the one that stands worst speaks for all: the smallest value where
-- large is good, else the largest.  judgement as in kpi_summary; those of the periods before tell 対象なし from データなし.
WITH ranked AS (
    SELECT v.kpi_id, v.grain, v.entity, v.entity_name, v.value, v.numerator, v.denominator, v.n, v.coverage_pct, v.operator,
           v.target, v.judgement, v.previous_value, v.last_year_value,
           CASE WHEN v.is_complete THEN p.judgement END AS previous_judgement,
           CASE WHEN v.is_complete THEN y.judgement END AS last_year_judgement,
           row_number() OVER (PARTITION BY v.kpi_id, v.grain
                              ORDER BY CASE k.direction WHEN 'up' THEN v.value ELSE -v.value END NULLS LAST, v.entity) AS place
    FROM scoped.kpi_result AS v
    JOIN scoped.dim_kpi AS k ON k.kpi_id = v.kpi_id
    LEFT JOIN scoped.kpi_value AS p
        ON p.period_id = v.previous_id AND p.kpi_id = v.kpi_id AND p.grain = v.grain AND p.entity = v.entity
    LEFT JOIN scoped.kpi_value AS y
        ON y.period_id = v.last_year_id AND y.kpi_id = v.kpi_id AND y.grain = v.grain AND y.entity = v.entity
    WHERE v.period_id = $period AND v.kpi_id = k.kpi_no
      AND (v.grain IN ('all', 'line', 'line_group', 'licence', 'device') OR (v.grain = 'tenant' AND k.grains = 'tenant'))
),
shown AS (
    SELECT r.*, count(*) OVER (PARTITION BY r.kpi_id) AS rows_of_kpi
    FROM ranked AS r
    WHERE r.grain NOT IN ('device', 'tenant') OR r.place = 1
)
SELECT k.kpi_id, coalesce(s.grain, 'all') AS grain, coalesce(s.entity, '') AS entity,
       k.name || CASE WHEN s.grain = 'device' AND s.value IS NULL THEN '（全機器）'
                      WHEN s.grain = 'device' THEN '（最も厳しい機器　' || s.entity_name || '）'
                      WHEN s.grain = 'tenant' AND s.value IS NULL THEN '（全団体）'
                      WHEN s.grain = 'tenant' THEN '（最も厳しい団体　' || s.entity_name || '）'
                      WHEN s.rows_of_kpi > 1 THEN '（' || coalesce(s.entity_name, s.entity) || '）' ELSE '' END AS name,
       k.unit, k.decimals, k.rounding, k.direction, s.value, CAST(s.numerator AS DOUBLE) AS numerator,
       CAST(s.denominator AS DOUBLE) AS denominator, s.n,
       CASE WHEN k.model IN ('kpi_line', 'kpi_tenant', 'kpi_device') THEN s.coverage_pct END AS coverage_pct, s.target,
       CASE WHEN s.target IS NOT NULL THEN CASE s.operator WHEN '>=' THEN '以上' ELSE '以下' END END AS target_text,
       CASE WHEN k.direction = 'none' AND s.judgement = '目標未設定' THEN NULL
            ELSE coalesce(s.judgement, 'データなし') END AS judgement,
       s.previous_value, s.previous_judgement, s.last_year_value, s.last_year_judgement, k.formula AS description, k.clause, k.headline
FROM scoped.dim_kpi AS k
LEFT JOIN shown AS s ON s.kpi_id = k.kpi_id
LEFT JOIN scoped.period_entity AS e ON e.period_id = $period AND e.grain = s.grain AND e.entity = s.entity
WHERE k.kpi_id = k.kpi_no AND getvariable('scope_platform')
ORDER BY k.sort_order, CASE s.grain WHEN 'device' THEN 2 WHEN 'tenant' THEN 3 ELSE 1 END, e.sort_order, s.entity
