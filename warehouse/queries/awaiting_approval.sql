-- one row per change that waited for the prefecture's approval at the end of the period, the oldest first; times JST
-- Not minor, and by that end neither approved nor executed nor completed.  waiting_days: open days from the day of the
-- request (which does not count) to the end of what the ledger tells of.  approved_at lies after the period.
WITH last_told AS (
    SELECT max(c.jst_month) AS jst_month
    FROM scoped.covered_month AS c
    JOIN scoped.period_month AS p ON p.jst_month = c.jst_month
    WHERE c.table_name = 'change_request' AND p.period_id = $period
),
ended AS (
    SELECT max(d.jst_date) AS last_date, max(d.open_day_number) AS open_day_number,
           CAST(max(d.jst_date) AS TIMESTAMP) + INTERVAL 1 DAY - INTERVAL 9 HOUR AS until_utc
    FROM last_told AS l
    JOIN scoped.dim_date AS d ON d.jst_month = l.jst_month
    JOIN scoped.reporting_period AS p ON p.period_id = $period AND d.jst_date <= p.through_date
)
SELECT c.request_no, c.tenant_code, n.name AS tenant_name, c.change_kind, k.name AS kind_name, c.jst_date AS requested_date,
       CAST(e.open_day_number - s.open_day_number AS BIGINT) AS waiting_days, c.device,
       c.approved_at + INTERVAL 9 HOUR AS approved_at
FROM ended AS e
JOIN scoped.change_request AS c
    ON c.jst_date <= e.last_date AND NOT c.minor AND (c.approved_at IS NULL OR c.approved_at >= e.until_utc)
    AND (c.executed_at IS NULL OR c.executed_at >= e.until_utc)
    AND (c.completed_at IS NULL OR c.completed_at >= e.until_utc)
JOIN scoped.dim_date AS s ON s.jst_date = c.jst_date
LEFT JOIN scoped.dim_tenant AS n ON n.tenant_code = c.tenant_code AND c.jst_date BETWEEN n.valid_from AND n.valid_to
LEFT JOIN scoped.dim_change_kind AS k ON k.change_kind = c.change_kind AND c.jst_date BETWEEN k.valid_from AND k.valid_to
ORDER BY c.jst_date, c.request_no
