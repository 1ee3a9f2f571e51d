-- one row per code of a list: those that the program fixes, and those of the configuration with their validity
-- Bodies are the scope's own; lines, devices and other prefecture-wide lists need that scope.  valid_to NULL: still valid.
WITH fixed AS (
    SELECT list_name, code, name, CAST(NULL AS VARCHAR) AS detail, sort_order, CAST(NULL AS DATE) AS valid_from,
           CAST(NULL AS DATE) AS valid_to
    FROM scoped.catalogue_code
),
configured AS (
    SELECT 'tenant' AS list_name, tenant_code AS code, name, CAST(NULL AS VARCHAR) AS detail, sort_order, valid_from,
           valid_to
    FROM scoped.dim_tenant
    UNION ALL SELECT 'route', route, name, NULL, sort_order, valid_from, valid_to FROM scoped.dim_route
    UNION ALL SELECT 'line', line_id, name, NULL, sort_order, valid_from, valid_to FROM scoped.dim_line
    UNION ALL SELECT 'line_group', group_id, name, NULL, sort_order, valid_from, valid_to FROM scoped.dim_line_group
    UNION ALL SELECT 'service', service_id, name, NULL, sort_order, valid_from, valid_to FROM scoped.dim_service
    UNION ALL SELECT 'device', device_id, name, NULL, sort_order, valid_from, valid_to FROM scoped.dim_device
    UNION ALL
    SELECT 'device_metric', device_id || '/' || metric, name, unit, sort_order, valid_from, valid_to
    FROM scoped.dim_device_metric
    UNION ALL
    SELECT 'severity', CAST(severity AS VARCHAR), name, definition, sort_order, valid_from, valid_to
    FROM scoped.dim_severity
    UNION ALL SELECT 'ticket_kind', ticket_kind, name, NULL, sort_order, valid_from, valid_to FROM scoped.dim_ticket_kind
    UNION ALL SELECT 'ticket_channel', channel, name, NULL, sort_order, valid_from, valid_to FROM scoped.dim_ticket_channel
    UNION ALL SELECT 'change_kind', change_kind, name, NULL, sort_order, valid_from, valid_to FROM scoped.dim_change_kind
    UNION ALL SELECT 'function', function, name, NULL, sort_order, valid_from, valid_to FROM scoped.dim_function
    UNION ALL SELECT 'licence', kind, name, unit, sort_order, valid_from, valid_to FROM scoped.dim_licence
    UNION ALL SELECT 'obligation', obligation_id, name, NULL, sort_order, valid_from, valid_to FROM scoped.dim_obligation
    UNION ALL SELECT 'event_kind', event_kind, name, NULL, sort_order, valid_from, valid_to FROM scoped.dim_event_kind
    UNION ALL SELECT 'size_band', band_id, name, NULL, sort_order, valid_from, valid_to FROM scoped.dim_size_band
    UNION ALL SELECT 'contract', contract_id, name, NULL, sort_order, valid_from, valid_to FROM scoped.dim_contract
)
SELECT x.list_name, coalesce(l.list_title, t.title) AS list_title, l.list_name IS NOT NULL AS is_fixed, x.code, x.name,
       x.detail, x.sort_order, x.valid_from, nullif(x.valid_to, DATE '9999-12-31') AS valid_to
FROM (SELECT * FROM fixed UNION ALL SELECT * FROM configured) AS x
LEFT JOIN (SELECT DISTINCT list_name, list_title FROM scoped.catalogue_code) AS l ON l.list_name = x.list_name
LEFT JOIN scoped.catalogue_table AS t ON t.table_name = 'dim_' || x.list_name
ORDER BY is_fixed, t.sort_order, x.list_name, x.sort_order, x.code, x.valid_from
