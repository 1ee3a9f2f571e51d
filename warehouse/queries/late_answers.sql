-- one row per ticket received in the days whose first answer missed its due time; times JST
SELECT t.ticket_no, t.tenant_code, n.name AS tenant_name, t.received_jst AS received_at, t.due_jst AS due_at,
       t.answered_jst AS first_response_at, k.name AS kind_name, t.summary
FROM scoped.ticket_answer AS t
LEFT JOIN scoped.dim_tenant AS n ON n.tenant_code = t.tenant_code AND t.jst_date BETWEEN n.valid_from AND n.valid_to
LEFT JOIN scoped.dim_ticket_kind AS k ON k.ticket_kind = t.ticket_kind AND t.jst_date BETWEEN k.valid_from AND k.valid_to
WHERE t.answer_state = 'late' AND t.jst_date BETWEEN $first_date AND $last_date
ORDER BY t.received_jst, t.ticket_no
