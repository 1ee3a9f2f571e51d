-- one row per month that an outage ledger covers, service and onlooker: everyone (empty entity), or a connected body
-- title: サービス稼働（月）
-- keys: jst_month, service_id, entity
-- inputs: outage_month, covered_month, calendar_month, dim_date, dim_service, dim_tenant, as_of
-- partition: none
-- identities: planned_minutes + unplanned_minutes + excluded_minutes <= service_minutes [ratios_within_bounds]
-- Minutes.  Availability = (service - planned - unplanned) / (service - planned).  For a body only the stops that
-- affected it count, and the days on which it was connected; nothing counts beyond the end of the data.
WITH day AS (
    SELECT d.jst_month, d.jst_date, CASE WHEN d.jst_date < a.as_of_date THEN 1440 ELSE a.as_of_minute END AS minutes
    FROM dim_date AS d
    CROSS JOIN as_of AS a
    WHERE d.jst_date <= a.as_of_date
),
onlooker AS (
    SELECT jst_month, '' AS entity, sum(minutes) AS minutes FROM day GROUP BY jst_month
    UNION ALL
    SELECT d.jst_month, t.tenant_code, sum(d.minutes)
    FROM day AS d
    JOIN dim_tenant AS t ON d.jst_date BETWEEN t.valid_from AND t.valid_to
    GROUP BY d.jst_month, t.tenant_code
)
SELECT cm.jst_month, s.service_id, o.entity, nullif(o.entity, '') AS tenant_code,
       CAST(o.minutes AS BIGINT) AS service_minutes,
       CAST(coalesce(m.planned_seconds, 0) / 60 AS DECIMAL(18,4)) AS planned_minutes,
       CAST(coalesce(m.any_seconds - m.allowed_seconds, 0) / 60 AS DECIMAL(18,4)) AS unplanned_minutes,
       coalesce(m.unplanned_count, 0) AS unplanned_count,
       CAST(coalesce(m.allowed_seconds - m.planned_seconds, 0) / 60 AS DECIMAL(18,4)) AS excluded_minutes
FROM covered_month AS cm
JOIN calendar_month AS c ON c.jst_month = cm.jst_month
JOIN onlooker AS o ON o.jst_month = cm.jst_month
JOIN dim_service AS s ON c.last_date BETWEEN s.valid_from AND s.valid_to
LEFT JOIN outage_month AS m
    ON m.jst_month = cm.jst_month AND m.service_id = s.service_id AND m.entity = o.entity
WHERE cm.table_name = 'service_outage'
