-- one row per kind of ticket and channel over the months; no row at all when no ledger covers one of them
SELECT k.ticket_kind, max_by(k.name, c.jst_month) AS kind_name, h.channel, max_by(h.name, c.jst_month) AS channel_name,
       CAST(coalesce(sum(t.received), 0) AS BIGINT) AS n
FROM scoped.covered_month AS v
JOIN scoped.calendar_month AS c ON c.jst_month = v.jst_month
JOIN scoped.dim_ticket_kind AS k ON c.last_date BETWEEN k.valid_from AND k.valid_to
JOIN scoped.dim_ticket_channel AS h ON c.last_date BETWEEN h.valid_from AND h.valid_to
LEFT JOIN scoped.ticket_month AS t
    ON t.jst_month = c.jst_month AND t.ticket_kind = k.ticket_kind AND t.channel = h.channel
WHERE v.table_name = 'ticket' AND c.jst_month BETWEEN $from_month AND $to_month
GROUP BY k.ticket_kind, h.channel
ORDER BY max_by(k.sort_order, c.jst_month), k.ticket_kind, max_by(h.sort_order, c.jst_month), h.channel
