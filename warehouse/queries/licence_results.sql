-- one row per licensed capacity of a reporting period: used (the last figure told) of capacity, with its KPI's judgement
WITH asked AS (
    SELECT l.kind, l.name, l.unit, l.clause, l.sort_order, p.period_id,
           CASE l.kind WHEN 'account' THEN 'K21' WHEN 'terminal' THEN 'K22' WHEN 'cdn_site' THEN 'K23' ELSE 'K24' END AS kpi_id
    FROM scoped.dim_licence AS l
    JOIN scoped.reporting_period AS p
        ON p.period_id = $period AND l.valid_from <= p.through_date AND l.valid_to >= p.first_date
    QUALIFY row_number() OVER (PARTITION BY l.kind ORDER BY l.valid_from DESC) = 1
)
SELECT a.kind, a.name, CAST(v.numerator AS DOUBLE) AS used, CAST(v.denominator AS DOUBLE) AS capacity, v.value AS used_pct,
       a.unit, a.clause, a.kpi_id, v.grain, v.entity, v.target, v.judgement
FROM asked AS a
LEFT JOIN scoped.kpi_result AS v
    ON v.period_id = a.period_id AND v.kpi_id = a.kpi_id AND v.entity = CASE a.kpi_id WHEN 'K24' THEN a.kind ELSE '' END
    AND v.grain = CASE a.kpi_id WHEN 'K24' THEN 'licence' ELSE 'all' END
ORDER BY a.sort_order, a.kind
