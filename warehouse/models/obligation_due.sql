-- one row per duty to report, brief, train or drill, the period it is for, and the connected body where each has its own
-- title: 報告義務の期限と実施
-- keys: obligation_id, due_period_id, entity
-- inputs: reporting_period, period_ledger, dim_obligation, dim_tenant, calendar_event
-- partition: none
-- identities: fulfilled only where done >= required [obligations_fulfilled]
-- column state: 履行の状態｜｜期限までに行ったか｜obligation_state
-- A duty falls due on the last day of its month, half or year; state: fulfilled / overdue (due and not done) / open (not
-- due yet) / unknown (due, but the ledger does not tell of all its months).  Events count when held.  Bodies that join in
-- the course of a year are owed a briefing in that year.
WITH event AS (
    SELECT event_no, event_kind, title, jst_date, attendees FROM calendar_event WHERE status = 'held'
),
owed AS (
    SELECT o.obligation_id, o.name, o.event_kind, o.title_pattern, o.required, o.maximum, o.sort_order, o.clause,
           p.period_id AS due_period_id, p.first_date, p.last_date, p.through_date, p.made_of, p.month_count, '' AS entity
    FROM dim_obligation AS o
    JOIN reporting_period AS p ON p.kind = o.every AND p.last_date BETWEEN o.valid_from AND o.valid_to
    WHERE NOT o.each_tenant
    UNION ALL
    SELECT DISTINCT o.obligation_id, o.name, o.event_kind, o.title_pattern, o.required, o.maximum, o.sort_order, o.clause,
           p.period_id, p.first_date, p.last_date, p.through_date, p.made_of, p.month_count, t.tenant_code
    FROM dim_obligation AS o
    JOIN reporting_period AS p ON p.kind = o.every AND p.last_date BETWEEN o.valid_from AND o.valid_to
    JOIN dim_tenant AS t ON t.valid_from <= p.last_date AND t.valid_to >= p.last_date
    WHERE o.each_tenant
),
done AS (
    SELECT w.obligation_id, w.due_period_id, w.entity, count(e.event_no) AS done, min(e.jst_date) AS first_date,
           max(e.jst_date) AS last_date
    FROM owed AS w
    JOIN event AS e
        ON e.event_kind = w.event_kind AND e.jst_date BETWEEN w.first_date AND w.through_date
        AND (w.title_pattern IS NULL OR e.title LIKE w.title_pattern)
        AND (w.entity = '' OR e.attendees = '*' OR ',' || e.attendees || ',' LIKE '%,' || w.entity || ',%')
    GROUP BY w.obligation_id, w.due_period_id, w.entity
)
SELECT w.obligation_id, w.name, w.due_period_id, w.entity, nullif(w.entity, '') AS tenant_code, w.last_date AS due_date,
       w.required, w.maximum, CAST(coalesce(d.done, 0) AS BIGINT) AS done, d.last_date AS done_date, w.sort_order, w.clause,
       CASE WHEN coalesce(d.done, 0) > coalesce(w.maximum, 9999) THEN 'overdue'
            WHEN w.required > 0 AND coalesce(d.done, 0) >= w.required THEN 'fulfilled'
            WHEN w.through_date < w.last_date THEN 'open'
            WHEN l.months_told < w.month_count THEN 'unknown'
            WHEN coalesce(d.done, 0) >= w.required THEN 'fulfilled'
            ELSE 'overdue' END AS state
FROM owed AS w
JOIN period_ledger AS l ON l.period_id = w.due_period_id AND l.table_name = 'calendar_event'
LEFT JOIN done AS d
    ON d.obligation_id = w.obligation_id AND d.due_period_id = w.due_period_id AND d.entity = w.entity
