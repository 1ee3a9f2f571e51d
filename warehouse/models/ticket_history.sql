-- one row per ticket of which the log of updates tells
-- title: 問合せ・依頼の経過
-- keys: ticket_no
-- inputs: ticket_event
-- partition: none
-- identities: first_jst <= last_jst; reopened < updates; status = 'completed' where completed_jst is told [dates_match_times]
-- column status: 状態｜｜最後の更新の後の状態｜ticket_status
-- reopened counts the updates that took a completed ticket up again; completed_jst is that of the last completion, NULL
-- while the ticket is open (again).  The body is that of the last update.  Times JST.
WITH steps AS (
    SELECT ticket_no, update_no, updated_at, tenant_code, status,
           lag(status) OVER (PARTITION BY ticket_no ORDER BY update_no NULLS LAST) AS status_before
    FROM ticket_event
)
SELECT ticket_no, max_by(tenant_code, update_no) AS tenant_code, CAST(count(*) AS BIGINT) AS updates,
       CAST(count(CASE WHEN status_before = 'completed' AND status <> 'completed' THEN 1 END) AS BIGINT) AS reopened,
       min(updated_at) + INTERVAL 9 HOUR AS first_jst, max(updated_at) + INTERVAL 9 HOUR AS last_jst,
       max_by(status, update_no) AS status,
       CASE WHEN max_by(status, update_no) = 'completed'
            THEN max(CASE WHEN status = 'completed' AND coalesce(status_before, '') <> 'completed' THEN updated_at END)
                 + INTERVAL 9 HOUR END AS completed_jst
FROM steps
GROUP BY ticket_no
