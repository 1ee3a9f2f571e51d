-- one row per feed, entity and unbroken run of what was due and did not come, as far as it touches the days; times JST
-- entity is '' for feeds that speak of all at once; missing < expected where a part of the entity's series came.
WITH names AS (
    SELECT 'tenant_traffic' AS table_name, tenant_code AS entity, max_by(name, valid_from) AS name
    FROM scoped.dim_tenant
    GROUP BY tenant_code
    UNION ALL
    SELECT 'line_sample', line_id, max_by(name, valid_from) FROM scoped.dim_line GROUP BY line_id
    UNION ALL
    SELECT 'device_sample', device_id, max_by(name, valid_from) FROM scoped.dim_device GROUP BY device_id
)
SELECT g.feed, f.title, g.entity, coalesce(n.name, nullif(g.entity, '')) AS entity_name, g.tenant_code, g.unit, g.from_jst,
       g.to_jst, g.slots, g.minutes, g.expected, g.missing
FROM scoped.arrival_gap AS g
JOIN scoped.dim_feed AS f ON f.feed = g.feed
LEFT JOIN names AS n ON n.table_name = f.table_name AND n.entity = g.entity
WHERE g.from_jst < CAST($last_date AS TIMESTAMP) + INTERVAL 1 DAY AND g.to_jst > CAST($first_date AS TIMESTAMP)
ORDER BY g.feed, g.from_jst, g.entity
