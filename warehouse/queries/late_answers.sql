-- one row per ticket received in the days whose first answer missed its due time; times JST
-- late_minutes: office hours from the due time to the answer, of an unanswered ticket to the time of the data.
SELECT t.ticket_no, t.tenant_code, n.name AS tenant_name, t.received_jst AS received_at, t.due_jst AS due_at,
       t.answered_jst AS first_response_at, k.name AS kind_name, t.summary,
       CAST(e.business_minutes_before
           + least(greatest(extract(HOUR FROM t.until_jst) * 60 + extract(MINUTE FROM t.until_jst), e.opens_minute), e.closes_minute)
           - e.opens_minute - d.business_minutes_before
           - (least(greatest(d.answer_due_minute, d.opens_minute), d.closes_minute) - d.opens_minute) AS BIGINT) AS late_minutes
FROM (
    SELECT s.*, coalesce(s.answered_jst, a.as_of_jst) AS until_jst FROM scoped.ticket_answer AS s CROSS JOIN scoped.as_of AS a
) AS t
JOIN scoped.dim_date AS d ON d.jst_date = t.due_date
JOIN scoped.dim_date AS e ON e.jst_date = CAST(t.until_jst AS DATE)
LEFT JOIN scoped.dim_tenant AS n ON n.tenant_code = t.tenant_code AND t.jst_date BETWEEN n.valid_from AND n.valid_to
LEFT JOIN scoped.dim_ticket_kind AS k ON k.ticket_kind = t.ticket_kind AND t.jst_date BETWEEN k.valid_from AND k.valid_to
WHERE t.answer_state = 'late' AND t.jst_date BETWEEN $first_date AND $last_date
ORDER BY t.received_jst, t.ticket_no
