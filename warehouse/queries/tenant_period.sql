-- one row per connected body of a reporting period: traffic, tickets, detections, and what they were before
-- in = towards the body (受信).  95th percentiles are those of the period's own 5-minute values over all routes, never made of
-- months.  Counts are those of the KPIs (K26, K27, K33, K34); open_tickets: at the end of the last month told.  share_pct: of
-- all bodies, hence NULL where a scope does not see them.
WITH asked AS (
    SELECT period_id, first_date, through_date FROM scoped.reporting_period WHERE period_id = $period
),
members AS (
    SELECT t.tenant_code, t.name, t.kind, t.sort_order, t.users, t.terminals
    FROM asked AS a
    JOIN scoped.dim_tenant AS t ON t.valid_from <= a.through_date AND t.valid_to >= a.first_date
    QUALIFY row_number() OVER (PARTITION BY t.tenant_code ORDER BY t.valid_from DESC) = 1
),
traffic AS (
    SELECT m.tenant_code, CAST(sum(CASE WHEN m.direction = 'in' THEN m.bytes END) AS BIGINT) AS bytes_in,
           CAST(sum(CASE WHEN m.direction = 'out' THEN m.bytes END) AS BIGINT) AS bytes_out,
           CAST(sum(m.bytes) AS BIGINT) AS bytes_total, CAST(sum(m.expected) AS BIGINT) AS expected,
           CAST(sum(m.received) AS BIGINT) AS received
    FROM scoped.tenant_traffic_month AS m
    JOIN scoped.period_month AS p ON p.jst_month = m.jst_month AND p.period_id = $period
    WHERE m.route = 'total'
    GROUP BY m.tenant_code
),
ranked AS (
    SELECT entity, CAST(max(CASE WHEN series = 'in' THEN p95_value END) * 8 / 300 AS DOUBLE) AS p95_in_bps,
           CAST(max(CASE WHEN series = 'out' THEN p95_value END) * 8 / 300 AS DOUBLE) AS p95_out_bps
    FROM scoped.percentile
    WHERE period_id = $period AND table_name = 'tenant_traffic'
    GROUP BY entity
),
counted AS (
    SELECT entity, max(CASE WHEN kpi_id = 'K15' THEN previous_value * 1000000000 END) AS previous_bytes_total,
           max(CASE WHEN kpi_id = 'K15' THEN last_year_value * 1000000000 END) AS last_year_bytes_total,
           max(CASE WHEN kpi_id = 'K17' THEN value * 1000000 END) AS bytes_per_user_day,
           CAST(max(CASE WHEN kpi_id = 'K26' THEN numerator END) AS BIGINT) AS tickets,
           CAST(max(CASE WHEN kpi_id = 'K27' THEN denominator END) AS BIGINT) AS answers_due,
           CAST(max(CASE WHEN kpi_id = 'K27' THEN numerator END) AS BIGINT) AS answers_in_time,
           max(CASE WHEN kpi_id = 'K27' THEN value END) AS in_time_pct,
           CAST(max(CASE WHEN kpi_id = 'K33' THEN numerator END) AS BIGINT) AS detections,
           CAST(max(CASE WHEN kpi_id = 'K34' THEN numerator END) AS BIGINT) AS serious,
           max(CASE WHEN kpi_id = 'K01' THEN value END) AS availability_pct,
           CAST(max(CASE WHEN kpi_id = 'K07' THEN numerator END) AS BIGINT) AS faults,
           CAST(max(CASE WHEN kpi_id = 'K30' THEN numerator END) AS BIGINT) AS changes
    FROM scoped.kpi_result
    WHERE period_id = $period AND grain = 'tenant'
    GROUP BY entity
),
last_told AS (
    SELECT max(c.jst_month) AS jst_month
    FROM scoped.covered_month AS c
    JOIN scoped.period_month AS p ON p.jst_month = c.jst_month
    WHERE c.table_name = 'ticket' AND p.period_id = $period
)
SELECT m.tenant_code, m.name, m.kind,
       CASE m.kind WHEN 'prefecture' THEN '県' WHEN 'city' THEN '市' WHEN 'town' THEN '町' ELSE '広域連合' END AS kind_name,
       m.sort_order, m.users, m.terminals, t.bytes_in, t.bytes_out, t.bytes_total,
       CASE WHEN getvariable('scope_platform') THEN 100.0 * t.bytes_total / nullif(sum(t.bytes_total) OVER (), 0) END
           AS share_pct,
       r.p95_in_bps, r.p95_out_bps, t.expected, t.received, 100.0 * t.received / nullif(t.expected, 0) AS coverage_pct,
       c.previous_bytes_total, c.last_year_bytes_total, c.bytes_per_user_day, c.tickets, c.answers_due, c.answers_in_time,
       c.in_time_pct, CASE WHEN l.jst_month IS NOT NULL THEN coalesce(o.open_tickets, 0) END AS open_tickets, c.detections,
       c.serious, c.availability_pct, c.faults, c.changes
FROM members AS m
CROSS JOIN last_told AS l
LEFT JOIN traffic AS t ON t.tenant_code = m.tenant_code
LEFT JOIN ranked AS r ON r.entity = m.tenant_code
LEFT JOIN counted AS c ON c.entity = m.tenant_code
LEFT JOIN scoped.ticket_open_month AS o ON o.tenant_code = m.tenant_code AND o.jst_month = l.jst_month
ORDER BY m.sort_order
