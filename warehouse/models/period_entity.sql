-- one row per reporting period, grain and entity that was registered on any day of the months that make it up
-- title: 集計の対象（期間）
-- keys: period_id, grain, entity
-- inputs: period_month(period), calendar_month(period), dim_tenant, dim_route, dim_line, dim_line_group, dim_service, dim_device, dim_ticket_channel, dim_ticket_kind, dim_change_kind, dim_severity, dim_function, dim_licence, dim_obligation
-- partition: period
-- identities: none (names and order come from the configuration as it was at the end of the last of these months)
WITH span AS (
    SELECT p.period_id, min(c.first_date) AS first_date, max(c.last_date) AS last_date
    FROM period_month AS p
    JOIN calendar_month AS c ON c.jst_month = p.jst_month
    GROUP BY p.period_id
),
registered AS (
    SELECT 'tenant' AS grain, tenant_code AS entity, name, sort_order, valid_from, valid_to FROM dim_tenant
    UNION ALL SELECT 'route', route, name, sort_order, valid_from, valid_to FROM dim_route
    UNION ALL SELECT 'line', line_id, name, sort_order, valid_from, valid_to FROM dim_line
    UNION ALL SELECT 'line_group', group_id, name, sort_order, valid_from, valid_to FROM dim_line_group
    UNION ALL SELECT 'service', service_id, name, sort_order, valid_from, valid_to FROM dim_service
    UNION ALL SELECT 'device', device_id, name, sort_order, valid_from, valid_to FROM dim_device
    UNION ALL SELECT 'channel', channel, name, sort_order, valid_from, valid_to FROM dim_ticket_channel
    UNION ALL SELECT 'ticket_kind', ticket_kind, name, sort_order, valid_from, valid_to FROM dim_ticket_kind
    UNION ALL SELECT 'change_kind', change_kind, name, sort_order, valid_from, valid_to FROM dim_change_kind
    UNION ALL SELECT 'severity', CAST(severity AS STRING), name, sort_order, valid_from, valid_to FROM dim_severity
    UNION ALL SELECT 'function', function, name, sort_order, valid_from, valid_to FROM dim_function
    UNION ALL SELECT 'licence', kind, name, sort_order, valid_from, valid_to FROM dim_licence
    UNION ALL SELECT 'obligation', obligation_id, name, sort_order, valid_from, valid_to FROM dim_obligation
    UNION ALL SELECT 'all', '', '全体', 0, DATE '2000-01-01', DATE '9999-12-31'
)
SELECT p.period_id, r.grain, r.entity, r.name, r.sort_order
FROM span AS p
JOIN registered AS r ON r.valid_from <= p.last_date AND r.valid_to >= p.first_date
QUALIFY row_number() OVER (PARTITION BY p.period_id, r.grain, r.entity ORDER BY r.valid_from DESC NULLS LAST) = 1
