-- one row per KPI of bodies in a reporting period: lowest, quartiles and highest value over all of them
-- Quartiles are those that a body is shown as its place among the others; lowest_name and highest_name are names of bodies.
WITH quartiles AS (
    SELECT DISTINCT kpi_id, bodies, first_quartile, median, third_quartile
    FROM scoped.peer_position
    WHERE period_id = $period AND peer_group = 'all'
),
ends AS (
    SELECT kpi_id, min(value) AS lowest, max(value) AS highest, min_by(entity_name, value) AS lowest_name,
           max_by(entity_name, value) AS highest_name
    FROM scoped.kpi_value
    WHERE period_id = $period AND grain = 'tenant' AND value IS NOT NULL
    GROUP BY kpi_id
)
SELECT q.kpi_id, k.name, k.unit, k.decimals, k.rounding, q.bodies, e.lowest, CAST(q.first_quartile AS DOUBLE) AS first_quartile,
       CAST(q.median AS DOUBLE) AS median, CAST(q.third_quartile AS DOUBLE) AS third_quartile, e.highest, e.lowest_name,
       e.highest_name
FROM quartiles AS q
JOIN ends AS e ON e.kpi_id = q.kpi_id
JOIN scoped.dim_kpi AS k ON k.kpi_id = q.kpi_id
WHERE getvariable('scope_platform')
ORDER BY k.sort_order
