-- one row per connected body over any run of days: traffic, tickets received, detections
-- in = towards the body (受信).  share_pct: of all bodies, hence NULL where a scope does not see them.  Counts are NULL where a month of the days is not told of by their files.
WITH members AS (
    SELECT tenant_code, name, kind, sort_order
    FROM scoped.dim_tenant
    WHERE valid_from <= $last_date AND valid_to >= $first_date
    QUALIFY row_number() OVER (PARTITION BY tenant_code ORDER BY valid_from DESC) = 1
),
traffic AS (
    SELECT tenant_code, CAST(sum(CASE WHEN direction = 'in' THEN bytes END) AS BIGINT) AS bytes_in,
           CAST(sum(CASE WHEN direction = 'out' THEN bytes END) AS BIGINT) AS bytes_out,
           CAST(sum(bytes) AS BIGINT) AS bytes_total, max(CASE WHEN direction = 'in' THEN max_bps END) AS max_in_bps,
           max(CASE WHEN direction = 'out' THEN max_bps END) AS max_out_bps,
           100.0 * sum(received) / nullif(sum(expected), 0) AS coverage_pct
    FROM scoped.tenant_traffic_day
    WHERE jst_date BETWEEN $first_date AND $last_date
    GROUP BY tenant_code
),
months AS (SELECT DISTINCT jst_month FROM scoped.dim_date WHERE jst_date BETWEEN $first_date AND $last_date),
told AS (
    SELECT count(CASE WHEN c.table_name = 'ticket' THEN 1 END) = (SELECT count(*) FROM months) AS tickets,
           count(CASE WHEN c.table_name = 'judgement' THEN 1 END) = (SELECT count(*) FROM months) AS judgements
    FROM months AS m
    JOIN scoped.covered_month AS c ON c.jst_month = m.jst_month
),
tickets AS (
    SELECT tenant_code, count(*) AS tickets, count(CASE WHEN answer_state = 'late' THEN 1 END) AS late
    FROM scoped.ticket_answer
    WHERE jst_date BETWEEN $first_date AND $last_date
    GROUP BY tenant_code
),
detected AS (
    SELECT d.tenant_code, CAST(sum(d.n) AS BIGINT) AS detections,
           CAST(sum(CASE WHEN s.serious THEN d.n ELSE 0 END) AS BIGINT) AS serious
    FROM scoped.security_day AS d
    LEFT JOIN scoped.dim_severity AS s ON s.severity = d.severity AND d.jst_date BETWEEN s.valid_from AND s.valid_to
    WHERE d.jst_date BETWEEN $first_date AND $last_date
    GROUP BY d.tenant_code
)
SELECT m.tenant_code, m.name, m.kind, t.bytes_in, t.bytes_out, t.bytes_total,
       CASE WHEN getvariable('scope_platform') THEN 100.0 * t.bytes_total / nullif(sum(t.bytes_total) OVER (), 0) END
           AS share_pct,
       t.max_in_bps, t.max_out_bps, t.coverage_pct,
       CASE WHEN w.tickets THEN coalesce(k.tickets, 0) END AS tickets, CASE WHEN w.tickets THEN coalesce(k.late, 0) END AS late,
       CASE WHEN w.judgements THEN coalesce(d.detections, 0) END AS detections,
       CASE WHEN w.judgements THEN coalesce(d.serious, 0) END AS serious
FROM members AS m
CROSS JOIN told AS w
LEFT JOIN traffic AS t ON t.tenant_code = m.tenant_code
LEFT JOIN tickets AS k ON k.tenant_code = m.tenant_code
LEFT JOIN detected AS d ON d.tenant_code = m.tenant_code
ORDER BY m.sort_order
