-- one row per ticket open at the end of the period (of what the ledger tells of it), the oldest first; times JST
-- age_days: open days from the day of receipt (which does not count) to that end, as K29 counts them.  completed_at lies
-- after the period: the ticket was open then.
WITH last_told AS (
    SELECT max(c.jst_month) AS jst_month
    FROM scoped.covered_month AS c
    JOIN scoped.period_month AS p ON p.jst_month = c.jst_month
    WHERE c.table_name = 'ticket' AND p.period_id = $period
),
ended AS (
    SELECT max(d.jst_date) AS last_date, max(d.open_day_number) AS open_day_number
    FROM last_told AS l
    JOIN scoped.dim_date AS d ON d.jst_month = l.jst_month
    JOIN scoped.reporting_period AS p ON p.period_id = $period AND d.jst_date <= p.through_date
)
SELECT t.ticket_no, t.tenant_code, n.name AS tenant_name, k.name AS kind_name, t.summary, t.received_jst AS received_at,
       t.due_jst AS due_at, t.answered_jst AS first_response_at, t.completed_jst AS completed_at,
       CAST(e.open_day_number - s.open_day_number AS BIGINT) AS age_days
FROM ended AS e
JOIN scoped.ticket_answer AS t
    ON t.jst_date <= e.last_date
    AND (t.completed_jst IS NULL OR t.completed_jst >= CAST(e.last_date AS TIMESTAMP) + INTERVAL 1 DAY)
JOIN scoped.dim_date AS s ON s.jst_date = t.jst_date
LEFT JOIN scoped.dim_tenant AS n ON n.tenant_code = t.tenant_code AND t.jst_date BETWEEN n.valid_from AND n.valid_to
LEFT JOIN scoped.dim_ticket_kind AS k ON k.ticket_kind = t.ticket_kind AND t.jst_date BETWEEN k.valid_from AND k.valid_to
ORDER BY t.received_jst, t.ticket_no
