-- one row per month: its tickets and detections that belong to no connected body of that month
-- With the rows of tenant_month they add up to the prefecture-wide counts. NULL where the ledger was not received.
WITH members AS (
    SELECT DISTINCT t.tenant_code
    FROM scoped.dim_tenant AS t
    JOIN scoped.calendar_month AS c ON c.jst_month = $month
    WHERE t.valid_from <= c.last_date AND t.valid_to >= c.first_date
),
covered AS (
    SELECT max(CASE WHEN table_name = 'ticket' THEN 1 END) AS tickets,
           max(CASE WHEN table_name = 'judgement' THEN 1 END) AS judgements
    FROM scoped.covered_month
    WHERE jst_month = $month
),
tickets AS (
    SELECT CAST(sum(k.received) AS BIGINT) AS tickets, CAST(sum(k.due) AS BIGINT) AS answers_due,
           CAST(sum(k.in_time) AS BIGINT) AS answers_in_time
    FROM scoped.ticket_month AS k
    LEFT JOIN members AS m ON m.tenant_code = k.tenant_code
    WHERE k.jst_month = $month AND m.tenant_code IS NULL
),
waiting AS (
    SELECT CAST(sum(o.open_tickets) AS BIGINT) AS open_tickets
    FROM scoped.ticket_open_month AS o
    LEFT JOIN members AS m ON m.tenant_code = o.tenant_code
    WHERE o.jst_month = $month AND m.tenant_code IS NULL
),
detected AS (
    SELECT CAST(sum(d.n) AS BIGINT) AS detections, CAST(sum(CASE WHEN s.serious THEN d.n ELSE 0 END) AS BIGINT) AS serious
    FROM scoped.security_day AS d
    LEFT JOIN members AS m ON m.tenant_code = d.tenant_code
    LEFT JOIN scoped.dim_severity AS s ON s.severity = d.severity AND d.jst_date BETWEEN s.valid_from AND s.valid_to
    WHERE d.jst_month = $month AND m.tenant_code IS NULL
)
SELECT CAST($month AS VARCHAR) AS jst_month, CASE WHEN v.tickets = 1 THEN coalesce(k.tickets, 0) END AS tickets,
       CASE WHEN v.tickets = 1 THEN coalesce(k.answers_due, 0) END AS answers_due,
       CASE WHEN v.tickets = 1 THEN coalesce(k.answers_in_time, 0) END AS answers_in_time,
       CASE WHEN v.tickets = 1 THEN coalesce(o.open_tickets, 0) END AS open_tickets,
       CASE WHEN v.judgements = 1 THEN coalesce(d.detections, 0) END AS detections,
       CASE WHEN v.judgements = 1 THEN coalesce(d.serious, 0) END AS serious
FROM covered AS v
CROSS JOIN tickets AS k
CROSS JOIN waiting AS o
CROSS JOIN detected AS d
WHERE getvariable('scope_platform')
