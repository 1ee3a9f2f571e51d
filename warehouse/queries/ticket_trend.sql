-- one row per month and kind of ticket; a covered month without tickets of a kind counts 0, an uncovered one is absent
SELECT c.jst_month, k.ticket_kind, k.name AS kind_name, CAST(coalesce(sum(t.received), 0) AS BIGINT) AS n
FROM scoped.covered_month AS v
JOIN scoped.calendar_month AS c ON c.jst_month = v.jst_month
JOIN scoped.dim_ticket_kind AS k ON c.last_date BETWEEN k.valid_from AND k.valid_to
LEFT JOIN scoped.ticket_month AS t ON t.jst_month = c.jst_month AND t.ticket_kind = k.ticket_kind
WHERE v.table_name = 'ticket' AND c.jst_month BETWEEN $from_month AND $to_month
GROUP BY c.jst_month, k.ticket_kind, k.name, k.sort_order
ORDER BY c.jst_month, k.sort_order
