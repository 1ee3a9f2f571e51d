-- one row per reporting period, KPI (K09-K14), grain (line, line_group, tenant) and entity
-- title: 指標の算出（通信回線）
-- keys: period_id, kpi_id, grain, entity
-- inputs: reporting_period(period), period_month(period), percentile(period), line_month(period), line_group_month(period), dim_line, tenant_traffic_month(period)
-- partition: period
-- identities: received <= expected [kpi_within_bounds]
-- Percentiles and maxima: the larger of receiving and sending.  K10 and K12 are asked of lines that share a capacity,
-- K13 of access lines, K14 of active lines on their own; their limits are those of the period's last day told.
WITH line AS (
    SELECT p.period_id, l.line_id, l.role, l.group_id, l.guaranteed_bps
    FROM reporting_period AS p
    JOIN dim_line AS l ON l.valid_from <= p.through_date AND l.valid_to >= p.first_date
    QUALIFY row_number() OVER (PARTITION BY p.period_id, l.line_id ORDER BY l.valid_from DESC NULLS LAST) = 1
),
months AS (
    SELECT p.period_id, m.line_id, m.direction, max(m.max_bps) AS max_bps, sum(m.over_guaranteed) AS over_slots,
           sum(m.expected) AS expected, sum(m.received) AS received
    FROM line_month AS m
    JOIN period_month AS p ON p.jst_month = m.jst_month
    GROUP BY p.period_id, m.line_id, m.direction
),
directed AS (
    SELECT l.period_id, l.line_id, l.role, l.group_id, l.guaranteed_bps, m.direction, q.p95_value AS p95_bps, m.max_bps,
           m.over_slots, m.expected, m.received
    FROM line AS l
    LEFT JOIN months AS m ON m.period_id = l.period_id AND m.line_id = l.line_id
    LEFT JOIN percentile AS q
        ON q.period_id = m.period_id AND q.table_name = 'line_sample' AND q.entity = m.line_id AND q.series = m.direction
),
larger AS (
    SELECT period_id, line_id, role, group_id, guaranteed_bps, max(p95_bps) AS p95_bps, max(max_bps) AS max_bps,
           max(over_slots) AS over_slots, sum(expected) AS expected, sum(received) AS received
    FROM directed
    GROUP BY period_id, line_id, role, group_id, guaranteed_bps
),
total_of_group AS (
    SELECT p.period_id, m.group_id, max(m.total_bps) AS total_bps, sum(m.expected) AS expected, sum(m.received) AS received
    FROM line_group_month AS m
    JOIN period_month AS p ON p.jst_month = m.jst_month
    GROUP BY p.period_id, m.group_id
),
combined AS (
    SELECT g.period_id, g.group_id, g.total_bps, g.expected, g.received, max(q.p95_value) AS p95_bps
    FROM total_of_group AS g
    LEFT JOIN percentile AS q
        ON q.period_id = g.period_id AND q.table_name = 'line_group' AND q.entity = g.group_id
    GROUP BY g.period_id, g.group_id, g.total_bps, g.expected, g.received
),
web AS (
    SELECT p.period_id, t.tenant_code, max(t.max_bps) AS max_bps, sum(t.expected) AS expected, sum(t.received) AS received
    FROM tenant_traffic_month AS t
    JOIN period_month AS p ON p.jst_month = t.jst_month
    WHERE t.route = 'web'
    GROUP BY p.period_id, t.tenant_code
),
parts AS (
    SELECT period_id, 'K09' AS kpi_id, 'line' AS grain, line_id AS entity, p95_bps AS numerator, 1 AS denominator, received,
           expected
    FROM larger
    UNION ALL
    SELECT period_id, CASE WHEN direction = 'in' THEN 'K09.in' ELSE 'K09.out' END, 'line', line_id, p95_bps, 1, received,
           expected
    FROM directed
    WHERE direction IS NOT NULL
    UNION ALL
    SELECT period_id, 'K10', 'line', line_id, p95_bps, guaranteed_bps, received, expected
    FROM larger
    WHERE group_id IS NOT NULL AND guaranteed_bps IS NOT NULL
    UNION ALL
    SELECT period_id, 'K11', 'line_group', group_id, p95_bps, total_bps, received, expected FROM combined
    UNION ALL
    SELECT period_id, 'K12', 'line', line_id, over_slots, 1, received, expected
    FROM larger
    WHERE group_id IS NOT NULL AND guaranteed_bps IS NOT NULL
    UNION ALL
    SELECT period_id, 'K13', 'line', line_id, max_bps, guaranteed_bps, received, expected FROM larger WHERE role = 'access'
    UNION ALL
    SELECT period_id, 'K13.p95', 'line', line_id, p95_bps, guaranteed_bps, received, expected
    FROM larger
    WHERE role = 'access'
    UNION ALL
    SELECT period_id, 'K13.peak', 'line', line_id, max_bps, 1, received, expected FROM larger WHERE role = 'access'
    UNION ALL
    SELECT period_id, 'K13.peak', 'tenant', tenant_code, max_bps, 1, received, expected FROM web
    UNION ALL
    SELECT period_id, 'K14', 'line', line_id, p95_bps, guaranteed_bps, received, expected
    FROM larger
    WHERE role = 'active' AND group_id IS NULL AND guaranteed_bps IS NOT NULL
)
SELECT period_id, kpi_id, grain, entity, CAST(numerator AS DECIMAL(28,4)) AS numerator,
       CAST(denominator AS DECIMAL(28,4)) AS denominator, CAST(received AS BIGINT) AS n,
       CAST(expected AS BIGINT) AS expected, CAST(received AS BIGINT) AS received
FROM parts
