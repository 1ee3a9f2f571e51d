-- one row per reporting period, KPI (K30-K32), grain (all, tenant, change_kind) and entity
-- title: 指標の算出（設定変更）
-- keys: period_id, kpi_id, grain, entity
-- inputs: period_ledger(period), period_entity(period), period_month(period), change_month(period)
-- partition: period
-- identities: K30 of tenants and of kinds add up to K30 of all [kpi_parts_add_up]; numerator <= denominator [kpi_within_bounds]
WITH member AS (
    SELECT l.period_id, e.grain, e.entity, l.months_due, l.months_told
    FROM period_ledger AS l
    JOIN period_entity AS e ON e.period_id = l.period_id AND e.grain IN ('all', 'tenant', 'change_kind')
    WHERE l.table_name = 'change_request'
),
change AS (
    SELECT p.period_id, c.tenant_code, c.change_kind, c.requested, c.completed, c.approval_needed, c.approved_before,
           c.executed, c.backed_up
    FROM change_month AS c
    JOIN period_month AS p ON p.jst_month = c.jst_month
),
summed AS (
    SELECT period_id, 'all' AS grain, '' AS entity, sum(requested) AS requested, sum(completed) AS completed,
           sum(approval_needed) AS approval_needed, sum(approved_before) AS approved_before, sum(executed) AS executed,
           sum(backed_up) AS backed_up
    FROM change
    GROUP BY period_id
    UNION ALL
    SELECT period_id, 'tenant', tenant_code, sum(requested), sum(completed), sum(approval_needed), sum(approved_before),
           sum(executed), sum(backed_up)
    FROM change
    GROUP BY period_id, tenant_code
    UNION ALL
    SELECT period_id, 'change_kind', change_kind, sum(requested), sum(completed), sum(approval_needed),
           sum(approved_before), sum(executed), sum(backed_up)
    FROM change
    GROUP BY period_id, change_kind
),
counted AS (
    SELECT m.period_id, m.grain, m.entity, m.months_due, m.months_told, coalesce(s.requested, 0) AS requested,
           coalesce(s.completed, 0) AS completed, coalesce(s.approval_needed, 0) AS approval_needed,
           coalesce(s.approved_before, 0) AS approved_before, coalesce(s.executed, 0) AS executed,
           coalesce(s.backed_up, 0) AS backed_up
    FROM member AS m
    LEFT JOIN summed AS s ON s.period_id = m.period_id AND s.grain = m.grain AND s.entity = m.entity
),
parts AS (
    SELECT period_id, 'K30' AS kpi_id, grain, entity, requested AS numerator, 1 AS denominator, requested AS n, months_due,
           months_told
    FROM counted
    UNION ALL
    SELECT period_id, 'K30.completed', grain, entity, completed, requested, requested, months_due, months_told FROM counted
    UNION ALL
    SELECT period_id, 'K31', grain, entity, approved_before, approval_needed, approval_needed, months_due, months_told
    FROM counted
    WHERE grain = 'all'
    UNION ALL
    SELECT period_id, 'K32', grain, entity, backed_up, executed, executed, months_due, months_told
    FROM counted
    WHERE grain = 'all'
)
SELECT period_id, kpi_id, grain, entity,
       CASE WHEN months_told > 0 THEN CAST(numerator AS DECIMAL(28,4)) END AS numerator,
       CASE WHEN months_told > 0 THEN CAST(denominator AS DECIMAL(28,4)) END AS denominator,
       CASE WHEN months_told > 0 THEN CAST(n AS BIGINT) END AS n,
       CAST(months_due AS BIGINT) AS expected, CAST(months_told AS BIGINT) AS received
FROM parts
