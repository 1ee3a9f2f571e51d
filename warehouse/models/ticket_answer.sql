-- one row per ticket, with its due time and how the first answer stands
-- title: 一次回答
-- keys: ticket_no
-- inputs: ticket, dim_date, as_of
-- partition: none
-- identities: jst_date = the day of received_jst; business_minutes is NULL where answered_jst is NULL; answered_jst is NULL where answer_state = 'waiting' [dates_match_times]
-- column status: 状態｜｜問合せ・依頼の状態｜ticket_status
-- Due: the end of due_date (翌営業日中, specification 11(7)エ).  From which day that counts for tickets that came after
-- hours, and when the day ends, config/calendar.toml says; dim_date carries it.  Times are naive JST.
-- answer_state: in_time / late / waiting (unanswered and not yet due).  business_minutes run in office hours on open
-- days, both moments cut to the minute.
WITH local AS (
    SELECT t.*, t.received_at + INTERVAL 9 HOUR AS received_jst, t.first_response_at + INTERVAL 9 HOUR AS answered_jst,
           t.completed_at + INTERVAL 9 HOUR AS completed_jst
    FROM ticket AS t
),
timed AS (
    SELECT l.*, extract(HOUR FROM l.received_jst) * 60 + extract(MINUTE FROM l.received_jst) AS received_minute,
           extract(HOUR FROM l.answered_jst) * 60 + extract(MINUTE FROM l.answered_jst) AS answered_minute
    FROM local AS l
),
dated AS (
    SELECT m.*, d.answer_due_minute,
           CASE WHEN m.received_minute >= d.closes_minute THEN d.answer_due_after_hours_date
                ELSE d.answer_due_date END AS due_date,
           d.business_minutes_before + least(greatest(m.received_minute, d.opens_minute), d.closes_minute)
               - d.opens_minute AS received_bm,
           e.business_minutes_before + least(greatest(m.answered_minute, e.opens_minute), e.closes_minute)
               - e.opens_minute AS answered_bm
    FROM timed AS m
    JOIN dim_date AS d ON d.jst_date = m.jst_date
    LEFT JOIN dim_date AS e ON e.jst_date = CAST(m.answered_jst AS DATE)
),
due AS (
    SELECT x.*, CAST(x.due_date AS TIMESTAMP) + x.answer_due_minute * INTERVAL '1' MINUTE AS due_jst
    FROM dated AS x
)
SELECT x.ticket_no, x.tenant_code, x.channel, x.ticket_kind, x.status, x.summary, x.jst_date, x.jst_month,
       x.received_jst, x.answered_jst, x.completed_jst, x.due_date, x.due_jst, x.reopen_count,
       CASE WHEN x.answered_jst IS NOT NULL AND x.answered_jst <= x.due_jst THEN 'in_time'
            WHEN x.answered_jst IS NULL AND x.due_jst > a.as_of_jst THEN 'waiting'
            ELSE 'late' END AS answer_state,
       CASE WHEN x.answered_jst IS NOT NULL THEN CAST(x.answered_bm - x.received_bm AS BIGINT) END AS business_minutes
FROM due AS x
CROSS JOIN as_of AS a
