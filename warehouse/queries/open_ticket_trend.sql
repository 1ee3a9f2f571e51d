-- one row per covered month: tickets open at its end, and those older than 10 and 30 open days
SELECT v.jst_month, CAST(coalesce(sum(o.open_tickets), 0) AS BIGINT) AS open_total,
       CAST(coalesce(sum(o.over_10), 0) AS BIGINT) AS over_10_days,
       CAST(coalesce(sum(o.over_30), 0) AS BIGINT) AS over_30_days
FROM scoped.covered_month AS v
LEFT JOIN scoped.ticket_open_month AS o ON o.jst_month = v.jst_month
WHERE v.table_name = 'ticket' AND v.jst_month BETWEEN $from_month AND $to_month
GROUP BY v.jst_month
ORDER BY v.jst_month
