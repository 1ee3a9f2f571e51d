-- one row per body, month and service with a stop that affected the body; minutes of overlapping stops count once
SELECT m.tenant_code, m.jst_month, s.name AS service_name, CAST(m.planned_minutes AS DOUBLE) AS planned_minutes,
       m.unplanned_count, CAST(m.unplanned_minutes AS DOUBLE) AS unplanned_minutes,
       CAST(m.excluded_minutes AS DOUBLE) AS excluded_minutes
FROM scoped.service_month AS m
JOIN scoped.calendar_month AS c ON c.jst_month = m.jst_month
JOIN scoped.dim_service AS s ON s.service_id = m.service_id AND c.last_date BETWEEN s.valid_from AND s.valid_to
WHERE m.entity = m.tenant_code AND m.jst_month BETWEEN $from_month AND $to_month
  AND (m.planned_minutes > 0 OR m.unplanned_count > 0 OR m.excluded_minutes > 0)
ORDER BY m.tenant_code, m.jst_month, s.sort_order, m.service_id
