-- one row per covered month and tenant with tickets still open when the month ended
-- title: 未完了の問合せ・依頼（月末）
-- keys: jst_month, tenant_code
-- inputs: ticket_answer, covered_month, dim_date, as_of
-- partition: none
-- identities: over_30 <= over_10 <= open_tickets [ratios_within_bounds]
-- over_10 / over_30: received more than 10 / 30 open days before the month's last day.  Of a month that runs the last day
-- is that on which the data end.
WITH ended AS (
    SELECT d.jst_month, max(d.jst_date) AS last_date
    FROM dim_date AS d
    CROSS JOIN as_of AS a
    WHERE CAST(d.jst_date AS TIMESTAMP) < a.as_of_jst
    GROUP BY d.jst_month
)
SELECT cm.jst_month, t.tenant_code, CAST(count(*) AS BIGINT) AS open_tickets,
       CAST(count(CASE WHEN e.open_day_number - s.open_day_number > 10 THEN 1 END) AS BIGINT) AS over_10,
       CAST(count(CASE WHEN e.open_day_number - s.open_day_number > 30 THEN 1 END) AS BIGINT) AS over_30
FROM covered_month AS cm
JOIN ended AS c ON c.jst_month = cm.jst_month
JOIN ticket_answer AS t
    ON t.jst_date <= c.last_date
    AND (t.completed_jst IS NULL OR t.completed_jst >= CAST(c.last_date AS TIMESTAMP) + INTERVAL 1 DAY)
JOIN dim_date AS s ON s.jst_date = t.jst_date
JOIN dim_date AS e ON e.jst_date = c.last_date
WHERE cm.table_name = 'ticket'
GROUP BY cm.jst_month, t.tenant_code
