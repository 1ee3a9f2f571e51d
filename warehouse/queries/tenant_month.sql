-- one row per connected body of the month
-- in_time_pct is K27, faults K07. share_pct: of all bodies, hence NULL where a scope does not see them. in = towards the body (受信). 95th percentiles are those of the routes' summed 5-minute values.
WITH members AS (
    SELECT t.tenant_code, t.name, t.kind, t.sort_order, t.users, t.terminals
    FROM scoped.dim_tenant AS t
    JOIN scoped.calendar_month AS c ON c.jst_month = $month
    WHERE t.valid_from <= c.last_date AND t.valid_to >= c.first_date
    QUALIFY row_number() OVER (PARTITION BY t.tenant_code ORDER BY t.valid_from DESC) = 1
),
traffic AS (
    SELECT tenant_code, max(CASE WHEN direction = 'in' THEN bytes END) AS bytes_in,
           max(CASE WHEN direction = 'out' THEN bytes END) AS bytes_out, CAST(sum(bytes) AS BIGINT) AS bytes_total,
           max(CASE WHEN direction = 'in' THEN p95_bps END) AS p95_in_bps,
           max(CASE WHEN direction = 'out' THEN p95_bps END) AS p95_out_bps,
           max(CASE WHEN direction = 'in' THEN max_bps END) AS max_in_bps,
           max(CASE WHEN direction = 'out' THEN max_bps END) AS max_out_bps,
           CAST(sum(expected) AS BIGINT) AS expected, CAST(sum(received) AS BIGINT) AS received
    FROM scoped.tenant_traffic_month
    WHERE route = 'total' AND jst_month = $month
    GROUP BY tenant_code
),
earlier AS (
    SELECT tenant_code, CAST(sum(CASE WHEN jst_month = $previous_month THEN bytes END) AS BIGINT) AS previous_bytes_total,
           CAST(sum(CASE WHEN jst_month = $last_year_month THEN bytes END) AS BIGINT) AS last_year_bytes_total
    FROM scoped.tenant_traffic_month
    WHERE route = 'total' AND jst_month IN ($previous_month, $last_year_month)
    GROUP BY tenant_code
),
covered AS (
    SELECT max(CASE WHEN table_name = 'ticket' THEN 1 END) AS tickets,
           max(CASE WHEN table_name = 'judgement' THEN 1 END) AS judgements
    FROM scoped.covered_month
    WHERE jst_month = $month
),
tickets AS (
    SELECT tenant_code, CAST(sum(received) AS BIGINT) AS tickets, CAST(sum(due) AS BIGINT) AS answers_due,
           CAST(sum(in_time) AS BIGINT) AS answers_in_time
    FROM scoped.ticket_month
    WHERE jst_month = $month
    GROUP BY tenant_code
),
detected AS (
    SELECT d.tenant_code, CAST(sum(d.n) AS BIGINT) AS detections,
           CAST(sum(CASE WHEN s.serious THEN d.n ELSE 0 END) AS BIGINT) AS serious
    FROM scoped.security_day AS d
    LEFT JOIN scoped.dim_severity AS s ON s.severity = d.severity AND d.jst_date BETWEEN s.valid_from AND s.valid_to
    WHERE d.jst_month = $month
    GROUP BY d.tenant_code
)
SELECT m.tenant_code, m.name, m.kind,
       CASE m.kind WHEN 'prefecture' THEN '県' WHEN 'city' THEN '市' WHEN 'town' THEN '町' ELSE '広域連合' END AS kind_name,
       m.sort_order, m.users, m.terminals, t.bytes_in, t.bytes_out, t.bytes_total,
       CASE WHEN getvariable('scope_platform') THEN 100.0 * t.bytes_total / nullif(sum(t.bytes_total) OVER (), 0) END
           AS share_pct,
       t.p95_in_bps, t.p95_out_bps, t.max_in_bps, t.max_out_bps, t.expected, t.received,
       100.0 * t.received / nullif(t.expected, 0) AS coverage_pct,
       e.previous_bytes_total, e.last_year_bytes_total,
       1.0 * t.bytes_total / nullif(m.users * c.open_days, 0) AS bytes_per_user_day,
       CASE WHEN v.tickets = 1 THEN coalesce(k.tickets, 0) END AS tickets,
       CASE WHEN v.tickets = 1 THEN coalesce(k.answers_due, 0) END AS answers_due,
       CASE WHEN v.tickets = 1 THEN coalesce(k.answers_in_time, 0) END AS answers_in_time, i.value AS in_time_pct,
       CASE WHEN v.tickets = 1 THEN coalesce(o.open_tickets, 0) END AS open_tickets,
       f.value AS faults,
       CASE WHEN v.judgements = 1 THEN coalesce(d.detections, 0) END AS detections,
       CASE WHEN v.judgements = 1 THEN coalesce(d.serious, 0) END AS serious
FROM members AS m
CROSS JOIN covered AS v
JOIN scoped.calendar_month AS c ON c.jst_month = $month
LEFT JOIN traffic AS t ON t.tenant_code = m.tenant_code
LEFT JOIN earlier AS e ON e.tenant_code = m.tenant_code
LEFT JOIN tickets AS k ON k.tenant_code = m.tenant_code
LEFT JOIN scoped.kpi_value AS i
    ON i.period_id = $month AND i.kpi_id = 'K27' AND i.grain = 'tenant' AND i.entity = m.tenant_code
LEFT JOIN scoped.kpi_value AS f
    ON f.period_id = $month AND f.kpi_id = 'K07' AND f.grain = 'tenant' AND f.entity = m.tenant_code
LEFT JOIN scoped.ticket_open_month AS o ON o.tenant_code = m.tenant_code AND o.jst_month = $month
LEFT JOIN detected AS d ON d.tenant_code = m.tenant_code
ORDER BY m.sort_order
