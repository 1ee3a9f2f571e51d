-- one row per kind of ticket and channel of the month; no row at all when no ledger covers the month
SELECT k.ticket_kind, k.name AS kind_name, h.channel, h.name AS channel_name,
       CAST(coalesce(sum(t.received), 0) AS BIGINT) AS n, k.sort_order AS kind_order, h.sort_order AS channel_order
FROM scoped.covered_month AS v
JOIN scoped.calendar_month AS c ON c.jst_month = v.jst_month
JOIN scoped.dim_ticket_kind AS k ON c.last_date BETWEEN k.valid_from AND k.valid_to
JOIN scoped.dim_ticket_channel AS h ON c.last_date BETWEEN h.valid_from AND h.valid_to
LEFT JOIN scoped.ticket_month AS t
    ON t.jst_month = c.jst_month AND t.ticket_kind = k.ticket_kind AND t.channel = h.channel
WHERE v.table_name = 'ticket' AND c.jst_month = $month
GROUP BY k.ticket_kind, k.name, h.channel, h.name, k.sort_order, h.sort_order
ORDER BY k.sort_order, h.sort_order
