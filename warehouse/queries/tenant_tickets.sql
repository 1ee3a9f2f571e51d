-- one row per ticket received in the days; times JST
SELECT t.ticket_no, t.tenant_code, t.received_jst AS received_at, k.name AS kind_name, h.name AS channel_name, t.summary,
       t.answered_jst AS first_response_at, t.due_jst AS due_at, t.completed_jst AS completed_at,
       CASE t.status WHEN 'received' THEN '受付' WHEN 'working' THEN '対応中' WHEN 'answered' THEN '回答済' ELSE '完了' END
           AS status_name,
       CASE t.answer_state WHEN 'in_time' THEN '期限内' WHEN 'late' THEN '期限超過' ELSE '回答待ち' END AS answer_judgement
FROM scoped.ticket_answer AS t
LEFT JOIN scoped.dim_ticket_kind AS k ON k.ticket_kind = t.ticket_kind AND t.jst_date BETWEEN k.valid_from AND k.valid_to
LEFT JOIN scoped.dim_ticket_channel AS h ON h.channel = t.channel AND t.jst_date BETWEEN h.valid_from AND h.valid_to
WHERE t.jst_date BETWEEN $first_date AND $last_date
ORDER BY t.received_jst, t.ticket_no
