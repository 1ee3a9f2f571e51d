-- one row per ticket, with its due time and how the first answer stands
-- title: 一次回答
-- keys: ticket_no
-- inputs: ticket, dim_date, as_of
-- partition: none
-- Due: 17:15 of the first open day after the received date (翌営業日中, specification 11(7)エ); times naive JST.
-- answer_state: in_time / late / waiting (unanswered and not yet due).  business_minutes run 8:30-17:15 on open days.
WITH local AS (
    SELECT t.*, t.received_at + INTERVAL 9 HOUR AS received_jst, t.first_response_at + INTERVAL 9 HOUR AS answered_jst,
           t.completed_at + INTERVAL 9 HOUR AS completed_jst
    FROM ticket AS t
),
dated AS (
    SELECT l.*, CAST(d.next_open_date AS TIMESTAMP) + INTERVAL 1035 MINUTE AS due_jst,
           (d.open_day_number - CAST(d.is_open_day AS BIGINT)) * 525 + CAST(d.is_open_day AS BIGINT)
               * (least(greatest(hour(l.received_jst) * 60 + minute(l.received_jst), 510), 1035) - 510) AS received_bm,
           (e.open_day_number - CAST(e.is_open_day AS BIGINT)) * 525 + CAST(e.is_open_day AS BIGINT)
               * (least(greatest(hour(l.answered_jst) * 60 + minute(l.answered_jst), 510), 1035) - 510) AS answered_bm
    FROM local AS l
    JOIN dim_date AS d ON d.jst_date = l.jst_date
    LEFT JOIN dim_date AS e ON e.jst_date = CAST(l.answered_jst AS DATE)
)
SELECT x.ticket_no, x.tenant_code, x.channel, x.ticket_kind, x.status, x.summary, x.jst_date, x.jst_month,
       x.received_jst, x.answered_jst, x.completed_jst, x.due_jst, x.reopen_count,
       CASE WHEN x.answered_jst IS NOT NULL AND x.answered_jst <= x.due_jst THEN 'in_time'
            WHEN x.answered_jst IS NULL AND x.due_jst > a.as_of_jst THEN 'waiting'
            ELSE 'late' END AS answer_state,
       CASE WHEN x.answered_jst IS NOT NULL THEN x.answered_bm - x.received_bm END AS business_minutes
FROM dated AS x
CROSS JOIN as_of AS a
