-- one row per service of the month; availability (K01) is NULL when no outage ledger covers the month
SELECT s.service_id, s.name, CAST(m.service_minutes AS DOUBLE) AS planned_service_minutes,
       CAST(m.planned_minutes AS DOUBLE) AS planned_stop_minutes, CAST(m.unplanned_minutes AS DOUBLE) AS unplanned_minutes,
       m.unplanned_count, CAST(m.excluded_minutes AS DOUBLE) AS excluded_minutes, v.value AS availability_pct, s.sort_order
FROM scoped.dim_service AS s
JOIN scoped.calendar_month AS c ON c.jst_month = $month AND c.last_date BETWEEN s.valid_from AND s.valid_to
LEFT JOIN scoped.service_month AS m ON m.service_id = s.service_id AND m.jst_month = c.jst_month AND m.entity = ''
LEFT JOIN scoped.kpi_value AS v
    ON v.period_id = c.jst_month AND v.kpi_id = 'K01' AND v.grain = 'service' AND v.entity = s.service_id
WHERE getvariable('scope_platform')
ORDER BY s.sort_order
