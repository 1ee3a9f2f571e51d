-- one row per ticket received in the days that was taken up again after its completion, the most often first; times JST
SELECT t.ticket_no, t.tenant_code, n.name AS tenant_name, k.name AS kind_name, t.summary, t.received_jst AS received_at,
       r.reopened, t.completed_jst AS completed_at,
       CASE t.status WHEN 'received' THEN '受付' WHEN 'working' THEN '対応中' WHEN 'answered' THEN '回答済' ELSE '完了' END
           AS status_name
FROM scoped.ticket_reopened AS r
JOIN scoped.ticket_answer AS t ON t.ticket_no = r.ticket_no
LEFT JOIN scoped.dim_tenant AS n ON n.tenant_code = t.tenant_code AND t.jst_date BETWEEN n.valid_from AND n.valid_to
LEFT JOIN scoped.dim_ticket_kind AS k ON k.ticket_kind = t.ticket_kind AND t.jst_date BETWEEN k.valid_from AND k.valid_to
WHERE t.jst_date BETWEEN $first_date AND $last_date
ORDER BY r.reopened DESC, t.received_jst, t.ticket_no
