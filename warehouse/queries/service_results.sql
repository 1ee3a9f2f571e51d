-- one row per service of a reporting period: stops (K01-K04), how full its devices were; values NULL where none is known
-- saturation_pct: the highest share of its design limit that any metric of the service's devices reached.
SELECT e.entity AS service_id, e.name, max(CASE v.kpi_id WHEN 'K01' THEN v.value END) AS availability_pct,
       max(CASE v.kpi_id WHEN 'K01' THEN v.target END) AS target,
       max(CASE v.kpi_id WHEN 'K01' THEN v.judgement END) AS judgement,
       max(CASE v.kpi_id WHEN 'K02' THEN v.value END) AS unplanned_minutes,
       max(CASE v.kpi_id WHEN 'K02.count' THEN v.value END) AS unplanned_count,
       max(CASE v.kpi_id WHEN 'K04' THEN v.value END) AS switchovers, max(CAST(d.result_value AS DOUBLE)) AS saturation_pct
FROM scoped.period_entity AS e
LEFT JOIN scoped.kpi_result AS v
    ON v.period_id = e.period_id AND v.grain = e.grain AND v.entity = e.entity AND v.kpi_id IN ('K01', 'K02', 'K02.count', 'K04')
LEFT JOIN scoped.design_result AS d
    ON d.period_id = e.period_id AND d.kind = 'service' AND d.entity = e.entity AND d.item = 'saturation'
WHERE e.period_id = $period AND e.grain = 'service' AND getvariable('scope_platform')
GROUP BY e.entity, e.name, e.sort_order
ORDER BY e.sort_order, e.entity
