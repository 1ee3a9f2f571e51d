-- one row per kind of ticket and channel over any run of days; no row at all when no ledger covers a month of them
WITH days AS (
    SELECT d.jst_date
    FROM scoped.dim_date AS d
    JOIN scoped.covered_month AS v ON v.jst_month = d.jst_month AND v.table_name = 'ticket'
    WHERE d.jst_date BETWEEN $first_date AND $last_date
)
SELECT k.ticket_kind, max_by(k.name, d.jst_date) AS kind_name, h.channel, max_by(h.name, d.jst_date) AS channel_name,
       count(t.ticket_no) AS n
FROM days AS d
JOIN scoped.dim_ticket_kind AS k ON d.jst_date BETWEEN k.valid_from AND k.valid_to
JOIN scoped.dim_ticket_channel AS h ON d.jst_date BETWEEN h.valid_from AND h.valid_to
LEFT JOIN scoped.ticket_answer AS t
    ON t.jst_date = d.jst_date AND t.ticket_kind = k.ticket_kind AND t.channel = h.channel
GROUP BY k.ticket_kind, h.channel
ORDER BY max_by(k.sort_order, d.jst_date), k.ticket_kind, max_by(h.sort_order, d.jst_date), h.channel
