-- one row per service of a reporting period: minutes of service and of stops, summed over its months, and K01 of the period
-- availability_pct is NULL when no outage ledger tells of the period.
SELECT e.entity AS service_id, e.name, CAST(sum(m.service_minutes) AS DOUBLE) AS planned_service_minutes,
       CAST(sum(m.planned_minutes) AS DOUBLE) AS planned_stop_minutes,
       CAST(sum(m.unplanned_minutes) AS DOUBLE) AS unplanned_minutes,
       CAST(sum(m.unplanned_count) AS BIGINT) AS unplanned_count, max(v.value) AS availability_pct
FROM scoped.period_entity AS e
JOIN scoped.period_month AS p ON p.period_id = e.period_id
LEFT JOIN scoped.service_month AS m ON m.service_id = e.entity AND m.jst_month = p.jst_month AND m.entity = ''
LEFT JOIN scoped.kpi_value AS v
    ON v.period_id = e.period_id AND v.kpi_id = 'K01' AND v.grain = 'service' AND v.entity = e.entity
WHERE e.period_id = $period AND e.grain = 'service' AND getvariable('scope_platform')
GROUP BY e.entity, e.name, e.sort_order
ORDER BY e.sort_order, e.entity
