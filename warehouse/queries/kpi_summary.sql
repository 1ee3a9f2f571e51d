-- one row per KPI of the catalogue: the month, the month before, the same month of last year, target and judgement
-- Judged on the unrounded value: 達成 / 注意 / 未達 / 目標未設定 / 対象なし (denominator 0) / データなし.
WITH month_target AS (
    SELECT t.kpi_id, t.operator, t.target, t.caution, t.clause
    FROM scoped.dim_target AS t
    JOIN scoped.calendar_month AS c ON c.jst_month = $month AND c.last_date BETWEEN t.valid_from AND t.valid_to
)
SELECT k.kpi_id, k.name, k.unit, k.decimals, k.rounding, k.direction, m.value,
       CAST(m.numerator AS DOUBLE) AS numerator, CAST(m.denominator AS DOUBLE) AS denominator, m.n,
       100.0 * m.received / nullif(m.expected, 0) AS coverage_pct,
       CAST(t.target AS DOUBLE) AS target,
       CASE WHEN t.target IS NULL THEN NULL
            ELSE CASE t.operator WHEN '>=' THEN '以上' ELSE '以下' END END AS target_text,
       CASE WHEN m.kpi_id IS NULL THEN 'データなし'
            WHEN m.denominator = 0 THEN '対象なし'
            WHEN m.value IS NULL THEN 'データなし'
            WHEN t.target IS NULL THEN '目標未設定'
            WHEN t.operator = '>=' AND m.value >= t.target THEN '達成'
            WHEN t.operator = '>=' AND m.value >= t.caution THEN '注意'
            WHEN t.operator = '<=' AND m.value <= coalesce(t.caution, t.target) THEN '達成'
            WHEN t.operator = '<=' AND m.value <= t.target THEN '注意'
            ELSE '未達' END AS judgement,
       p.value AS previous_value, y.value AS last_year_value, k.sort_order, k.description, k.clause
FROM scoped.dim_kpi AS k
LEFT JOIN scoped.kpi_month AS m ON m.kpi_id = k.kpi_id AND m.jst_month = $month
LEFT JOIN scoped.kpi_month AS p ON p.kpi_id = k.kpi_id AND p.jst_month = $previous_month
LEFT JOIN scoped.kpi_month AS y ON y.kpi_id = k.kpi_id AND y.jst_month = $last_year_month
LEFT JOIN month_target AS t ON t.kpi_id = k.kpi_id
WHERE getvariable('scope_platform')
ORDER BY k.sort_order
