-- one row per month that an outage ledger covers, service and onlooker: everyone (empty entity), or a connected body
-- title: サービス稼働（月）
-- keys: jst_month, service_id, entity
-- inputs: outage_month, covered_month, calendar_month, dim_service, dim_tenant
-- partition: none
-- identities: planned_minutes + unplanned_minutes + excluded_minutes <= service_minutes [ratios_within_bounds]
-- Minutes.  Availability = (service - planned - unplanned) / (service - planned).  For a body only the stops that
-- affected it count.
WITH onlooker AS (
    SELECT jst_month, first_date, last_date, days, '' AS entity FROM calendar_month
    UNION ALL
    SELECT DISTINCT c.jst_month, c.first_date, c.last_date, c.days, t.tenant_code
    FROM calendar_month AS c
    JOIN dim_tenant AS t ON t.valid_from <= c.last_date AND t.valid_to >= c.first_date
)
SELECT cm.jst_month, s.service_id, o.entity, nullif(o.entity, '') AS tenant_code,
       CAST(o.days * 1440 AS BIGINT) AS service_minutes,
       CAST(coalesce(m.planned_seconds, 0) / 60 AS DECIMAL(18,4)) AS planned_minutes,
       CAST(coalesce(m.any_seconds - m.allowed_seconds, 0) / 60 AS DECIMAL(18,4)) AS unplanned_minutes,
       coalesce(m.unplanned_count, 0) AS unplanned_count,
       CAST(coalesce(m.allowed_seconds - m.planned_seconds, 0) / 60 AS DECIMAL(18,4)) AS excluded_minutes
FROM covered_month AS cm
JOIN onlooker AS o ON o.jst_month = cm.jst_month
JOIN dim_service AS s ON o.last_date BETWEEN s.valid_from AND s.valid_to
LEFT JOIN outage_month AS m
    ON m.jst_month = cm.jst_month AND m.service_id = s.service_id AND m.entity = o.entity
WHERE cm.table_name = 'service_outage'
