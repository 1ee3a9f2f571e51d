-- one row per reporting period, KPI (K15-K17), grain (all, tenant, route) and entity
-- title: 指標の算出（接続団体の通信）
-- keys: period_id, kpi_id, grain, entity
-- inputs: reporting_period(period), period_month(period), percentile(period), tenant_traffic_month(period), dim_date(period), dim_tenant
-- partition: period
-- identities: K15 of tenants and of routes add up to K15 of all [kpi_parts_add_up]; received <= expected [kpi_within_bounds]
-- K17: users on each open day on which the body was connected, up to the last day told.
WITH traffic AS (
    SELECT p.period_id, t.jst_month, t.tenant_code, t.route, sum(t.bytes) AS bytes, sum(t.expected) AS expected,
           sum(t.received) AS received
    FROM tenant_traffic_month AS t
    JOIN period_month AS p ON p.jst_month = t.jst_month
    GROUP BY p.period_id, t.jst_month, t.tenant_code, t.route
),
summed AS (
    SELECT period_id, 'tenant' AS grain, tenant_code AS entity, sum(bytes) AS bytes, sum(expected) AS expected,
           sum(received) AS received
    FROM traffic
    WHERE route = 'total'
    GROUP BY period_id, tenant_code
    UNION ALL
    SELECT period_id, 'route', route, sum(bytes), sum(expected), sum(received)
    FROM traffic
    WHERE route <> 'total'
    GROUP BY period_id, route
    UNION ALL
    SELECT period_id, 'all', '', sum(bytes), sum(expected), sum(received)
    FROM traffic
    WHERE route = 'total'
    GROUP BY period_id
),
connected AS (
    SELECT p.period_id, d.jst_month, n.tenant_code, sum(n.users) AS person_days
    FROM period_month AS m
    JOIN reporting_period AS p ON p.period_id = m.period_id
    JOIN dim_date AS d ON d.jst_month = m.jst_month AND d.is_open_day AND d.jst_date <= p.through_date
    JOIN dim_tenant AS n ON d.jst_date BETWEEN n.valid_from AND n.valid_to
    GROUP BY p.period_id, d.jst_month, n.tenant_code
),
person_days AS (
    SELECT t.period_id, t.tenant_code, sum(t.bytes) AS bytes, sum(coalesce(c.person_days, 0)) AS person_days
    FROM traffic AS t
    LEFT JOIN connected AS c
        ON c.period_id = t.period_id AND c.jst_month = t.jst_month AND c.tenant_code = t.tenant_code
    WHERE t.route = 'total' AND t.bytes IS NOT NULL
    GROUP BY t.period_id, t.tenant_code
),
used AS (
    SELECT period_id, 'tenant' AS grain, tenant_code AS entity, bytes, person_days FROM person_days
    UNION ALL
    SELECT period_id, 'all', '', sum(bytes), sum(person_days) FROM person_days GROUP BY period_id
),
cap AS (
    SELECT p.period_id, d.tenant_code, d.cap_bps
    FROM reporting_period AS p
    JOIN dim_tenant AS d ON d.valid_from <= p.through_date AND d.valid_to >= p.first_date
    QUALIFY row_number() OVER (PARTITION BY p.period_id, d.tenant_code ORDER BY d.valid_from DESC NULLS LAST) = 1
),
highest AS (
    SELECT period_id, entity, CAST(floor(max(p95_value) * 8 / 300) AS BIGINT) AS p95_bps
    FROM percentile
    WHERE table_name = 'tenant_traffic'
    GROUP BY period_id, entity
),
parts AS (
    SELECT period_id, 'K15' AS kpi_id, grain, entity, bytes AS numerator, 1 AS denominator, received, expected FROM summed
    UNION ALL
    SELECT s.period_id, 'K15.p95', s.grain, s.entity, h.p95_bps, 1, s.received, s.expected
    FROM summed AS s
    LEFT JOIN highest AS h ON h.period_id = s.period_id AND h.entity = s.entity
    WHERE s.grain = 'tenant'
    UNION ALL
    SELECT s.period_id, 'K15.share', s.grain, s.entity, s.bytes, a.bytes, s.received, s.expected
    FROM summed AS s
    JOIN summed AS a ON a.period_id = s.period_id AND a.grain = 'all'
    WHERE s.grain = 'tenant'
    UNION ALL
    SELECT s.period_id, 'K16', s.grain, s.entity, CASE WHEN c.cap_bps IS NULL THEN 0 ELSE h.p95_bps END,
           coalesce(c.cap_bps, 0), s.received, s.expected
    FROM summed AS s
    JOIN cap AS c ON c.period_id = s.period_id AND c.tenant_code = s.entity
    LEFT JOIN highest AS h ON h.period_id = s.period_id AND h.entity = s.entity
    WHERE s.grain = 'tenant'
    UNION ALL
    SELECT s.period_id, 'K17', s.grain, s.entity, u.bytes, u.person_days, s.received, s.expected
    FROM summed AS s
    LEFT JOIN used AS u ON u.period_id = s.period_id AND u.grain = s.grain AND u.entity = s.entity
    WHERE s.grain <> 'route'
)
SELECT period_id, kpi_id, grain, entity, CAST(numerator AS DECIMAL(28,4)) AS numerator,
       CAST(denominator AS DECIMAL(28,4)) AS denominator, CAST(received AS BIGINT) AS n,
       CAST(expected AS BIGINT) AS expected, CAST(received AS BIGINT) AS received
FROM parts
