-- one row per judged security event, with what its severity asks for and how long each step took
-- title: 判定したセキュリティ検知の対応
-- keys: jst_month, event_no
-- inputs: security_event(month), dim_severity
-- partition: jst_month
-- identities: judge_minutes >= 0; block_minutes >= 0
-- Minutes: judge from detected to judged, contact from judged to notified, block from judged to blocked (0 when blocked
-- before the judgement).  from_inside: the communication left a body's own network (内→外).
WITH judged AS (
    SELECT e.jst_month, e.jst_date, e.event_no, e.tenant_code, e.severity, s.serious, s.block_required, e.direction,
           e.endpoint, e.contact_minutes, e.blocked_jst,
           date_trunc('second', e.judged_jst) - date_trunc('second', e.detected_jst) AS to_judge,
           date_trunc('second', greatest(e.blocked_jst, e.judged_jst)) - date_trunc('second', e.judged_jst) AS to_block
    FROM security_event AS e
    JOIN dim_severity AS s ON s.severity = e.severity AND e.jst_date BETWEEN s.valid_from AND s.valid_to
    WHERE e.judged_jst IS NOT NULL
)
SELECT jst_month, jst_date, event_no, tenant_code, severity, serious, block_required,
       coalesce(direction = 'out', FALSE) AS from_inside, coalesce(endpoint, '') <> '' AS endpoint_known, contact_minutes,
       CAST(extract(DAY FROM to_judge) * 1440 + extract(HOUR FROM to_judge) * 60 + extract(MINUTE FROM to_judge)
            + extract(SECOND FROM to_judge) / 60 AS DECIMAL(18,4)) AS judge_minutes,
       CASE WHEN blocked_jst IS NOT NULL
            THEN CAST(extract(DAY FROM to_block) * 1440 + extract(HOUR FROM to_block) * 60 + extract(MINUTE FROM to_block)
                      + extract(SECOND FROM to_block) / 60 AS DECIMAL(18,4)) END AS block_minutes
FROM judged
