-- one row per feed, entity, JST day and measure whose amount is far from normal (suspicious, not wrong)
-- normal: the median of the same kind of day (open or closed) in the eight weeks before.
WITH names AS (
    SELECT 'tenant_traffic' AS table_name, tenant_code AS entity, max_by(name, valid_from) AS name
    FROM scoped.dim_tenant
    GROUP BY tenant_code
    UNION ALL
    SELECT 'line_sample', line_id, max_by(name, valid_from) FROM scoped.dim_line GROUP BY line_id
    UNION ALL
    SELECT 'device_sample', device_id, max_by(name, valid_from) FROM scoped.dim_device GROUP BY device_id
)
SELECT a.feed, f.title, a.entity, coalesce(n.name, nullif(a.entity, '')) AS entity_name, a.tenant_code, a.jst_date,
       a.measure, a.kind, a.amount, CAST(a.normal AS DOUBLE) AS normal, 100.0 * a.amount / nullif(a.normal, 0) AS share_pct
FROM scoped.arrival_anomaly AS a
JOIN scoped.dim_feed AS f ON f.feed = a.feed
LEFT JOIN names AS n ON n.table_name = f.table_name AND n.entity = a.entity
WHERE a.jst_date BETWEEN $first_date AND $last_date
ORDER BY a.feed, a.jst_date, a.entity, a.measure
