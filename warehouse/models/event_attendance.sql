-- one row per calendar event and connected body that attended it, or is to attend it
-- title: 行事への出席
-- keys: event_no, tenant_code
-- inputs: calendar_event, dim_tenant
-- partition: none
-- identities: jst_date = the day of starts_jst [dates_match_times]
-- column event_no: 行事番号｜｜行事を識別する番号
-- column place: 会場・方法｜｜会場又は開催の方法
-- attended is FALSE while the event is planned; cancelled events have no row.  Bodies that did not come have none, either:
-- the title of another body's briefing is not theirs to read.  Offices that are no connected body stand in
-- calendar_event.attendees as unknown.  Times JST.
SELECT e.event_no, e.event_kind, e.title, e.jst_month, e.jst_date, e.starts_at + INTERVAL 9 HOUR AS starts_jst,
       e.ends_at + INTERVAL 9 HOUR AS ends_jst, e.place, e.minutes_at + INTERVAL 9 HOUR AS minutes_jst, t.tenant_code,
       e.status = 'held' AS attended
FROM calendar_event AS e
JOIN dim_tenant AS t
    ON e.jst_date BETWEEN t.valid_from AND t.valid_to
    AND (e.attendees = '*' OR ',' || e.attendees || ',' LIKE '%,' || t.tenant_code || ',%')
WHERE e.status <> 'cancelled'
