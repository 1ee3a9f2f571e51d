-- one row per service of the month; availability is NULL when no outage ledger covers the month
SELECT s.service_id, s.name, CAST(m.service_minutes AS DOUBLE) AS planned_service_minutes,
       CAST(m.planned_minutes AS DOUBLE) AS planned_stop_minutes, CAST(m.unplanned_minutes AS DOUBLE) AS unplanned_minutes,
       m.unplanned_count, CAST(m.excluded_minutes AS DOUBLE) AS excluded_minutes,
       100.0 * CAST(m.service_minutes - m.planned_minutes - m.unplanned_minutes AS DOUBLE)
           / nullif(CAST(m.service_minutes - m.planned_minutes AS DOUBLE), 0) AS availability_pct,
       s.sort_order
FROM scoped.dim_service AS s
JOIN scoped.calendar_month AS c ON c.jst_month = $month AND c.last_date BETWEEN s.valid_from AND s.valid_to
LEFT JOIN scoped.service_month AS m ON m.service_id = s.service_id AND m.jst_month = c.jst_month
WHERE getvariable('scope_platform')
ORDER BY s.sort_order
