-- one row per reporting period: its tickets and detections that belong to no connected body of it
-- The whole less what the bodies have: with the rows of tenant_period they add up to the prefecture-wide counts.  NULL where
-- the ledger was not received.
WITH parts AS (
    SELECT kpi_id, max(CASE WHEN grain = 'all' THEN numerator END) AS whole,
           max(CASE WHEN grain = 'all' THEN denominator END) AS whole_due,
           coalesce(sum(CASE WHEN grain = 'tenant' THEN numerator END), 0) AS placed,
           coalesce(sum(CASE WHEN grain = 'tenant' THEN denominator END), 0) AS placed_due
    FROM scoped.kpi_value
    WHERE period_id = $period AND grain IN ('all', 'tenant') AND kpi_id IN ('K26', 'K27', 'K33', 'K34')
    GROUP BY kpi_id
),
last_told AS (
    SELECT max(c.jst_month) AS jst_month
    FROM scoped.covered_month AS c
    JOIN scoped.period_month AS p ON p.jst_month = c.jst_month
    WHERE c.table_name = 'ticket' AND p.period_id = $period
),
members AS (
    SELECT DISTINCT t.tenant_code
    FROM scoped.dim_tenant AS t
    JOIN scoped.reporting_period AS r ON r.period_id = $period
    WHERE t.valid_from <= r.through_date AND t.valid_to >= r.first_date
),
waiting AS (
    SELECT CAST(sum(o.open_tickets) AS BIGINT) AS open_tickets
    FROM scoped.ticket_open_month AS o
    JOIN last_told AS l ON l.jst_month = o.jst_month
    LEFT JOIN members AS m ON m.tenant_code = o.tenant_code
    WHERE m.tenant_code IS NULL
),
totals AS (
    SELECT CAST(max(CASE WHEN kpi_id = 'K26' THEN whole - placed END) AS BIGINT) AS tickets,
           CAST(max(CASE WHEN kpi_id = 'K27' THEN whole_due - placed_due END) AS BIGINT) AS answers_due,
           CAST(max(CASE WHEN kpi_id = 'K27' THEN whole - placed END) AS BIGINT) AS answers_in_time,
           CAST(max(CASE WHEN kpi_id = 'K33' THEN whole - placed END) AS BIGINT) AS detections,
           CAST(max(CASE WHEN kpi_id = 'K34' THEN whole - placed END) AS BIGINT) AS serious
    FROM parts
)
SELECT t.tickets, t.answers_due, t.answers_in_time,
       CASE WHEN l.jst_month IS NOT NULL THEN coalesce(w.open_tickets, 0) END AS open_tickets, t.detections, t.serious
FROM totals AS t
CROSS JOIN waiting AS w
CROSS JOIN last_told AS l
WHERE getvariable('scope_platform')
