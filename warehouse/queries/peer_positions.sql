-- one row per KPI and group of bodies (all, or the size band) in which the body stands; names of no other body
SELECT p.kpi_id, k.name, k.unit, k.decimals, k.rounding, p.peer_group, coalesce(b.name, '全団体') AS group_name, p.value,
       p.bodies, p.place, CAST(p.first_quartile AS DOUBLE) AS first_quartile, CAST(p.median AS DOUBLE) AS median,
       CAST(p.third_quartile AS DOUBLE) AS third_quartile, p.is_suppressed
FROM scoped.peer_position AS p
JOIN scoped.dim_kpi AS k ON k.kpi_id = p.kpi_id
JOIN scoped.reporting_period AS r ON r.period_id = p.period_id
LEFT JOIN scoped.dim_size_band AS b
    ON b.band_id = p.peer_group AND r.through_date BETWEEN b.valid_from AND b.valid_to
WHERE p.period_id = $period AND p.tenant_code = $tenant
ORDER BY k.sort_order, b.sort_order NULLS FIRST
