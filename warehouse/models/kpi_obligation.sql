-- one row per reporting period, KPI (K40), grain (all, obligation) and entity
-- title: 指標の算出（報告義務）
-- keys: period_id, kpi_id, grain, entity
-- inputs: reporting_period(period), period_ledger(period), period_entity(period), obligation_due, dim_obligation, calendar_event, dim_tenant
-- partition: period
-- identities: numerator <= denominator of K40; obligations add up to all [kpi_parts_add_up]
-- A duty counts in the periods that hold its due date; those not due yet, or of which nothing can be told, are left out.
-- K40.done counts where it was done, whenever it falls due; what is owed to each body, once for every body that came.
WITH member AS (
    SELECT l.period_id, e.grain, e.entity, l.months_due, l.months_told
    FROM period_ledger AS l
    JOIN period_entity AS e ON e.period_id = l.period_id AND e.grain IN ('all', 'obligation')
    WHERE l.table_name = 'calendar_event'
),
due AS (
    SELECT p.period_id, o.obligation_id, count(*) AS due, count(CASE WHEN o.state = 'fulfilled' THEN 1 END) AS fulfilled
    FROM reporting_period AS p
    JOIN obligation_due AS o ON o.due_date BETWEEN p.first_date AND p.through_date
    WHERE o.state IN ('fulfilled', 'overdue')
    GROUP BY p.period_id, o.obligation_id
),
summed AS (
    SELECT period_id, 'obligation' AS grain, obligation_id AS entity, due, fulfilled FROM due
    UNION ALL
    SELECT period_id, 'all', '', sum(due), sum(fulfilled) FROM due GROUP BY period_id
),
event AS (
    SELECT o.obligation_id, o.each_tenant, e.event_no, e.jst_date, e.attendees
    FROM calendar_event AS e
    JOIN dim_obligation AS o
        ON o.event_kind = e.event_kind AND e.jst_date BETWEEN o.valid_from AND o.valid_to
        AND (o.title_pattern IS NULL OR e.title LIKE o.title_pattern)
    WHERE e.status = 'held'
),
act AS (
    SELECT obligation_id, jst_date FROM event WHERE NOT each_tenant
    UNION ALL
    SELECT e.obligation_id, e.jst_date
    FROM event AS e
    JOIN dim_tenant AS t
        ON e.jst_date BETWEEN t.valid_from AND t.valid_to
        AND (e.attendees = '*' OR ',' || e.attendees || ',' LIKE '%,' || t.tenant_code || ',%')
    WHERE e.each_tenant
),
held AS (
    SELECT p.period_id, a.obligation_id, count(*) AS done
    FROM reporting_period AS p
    JOIN act AS a ON a.jst_date BETWEEN p.first_date AND p.through_date
    GROUP BY p.period_id, a.obligation_id
),
parts AS (
    SELECT m.period_id, 'K40' AS kpi_id, m.grain, m.entity, coalesce(s.fulfilled, 0) AS numerator,
           coalesce(s.due, 0) AS denominator, coalesce(s.due, 0) AS n, m.months_due, m.months_told
    FROM member AS m
    LEFT JOIN summed AS s ON s.period_id = m.period_id AND s.grain = m.grain AND s.entity = m.entity
    UNION ALL
    SELECT m.period_id, 'K40.done', m.grain, m.entity, coalesce(h.done, 0), 1, coalesce(h.done, 0), m.months_due,
           m.months_told
    FROM member AS m
    LEFT JOIN held AS h ON h.period_id = m.period_id AND h.obligation_id = m.entity
    WHERE m.grain = 'obligation'
)
SELECT period_id, kpi_id, grain, entity,
       CASE WHEN months_told > 0 THEN CAST(numerator AS DECIMAL(28,4)) END AS numerator,
       CASE WHEN months_told > 0 THEN CAST(denominator AS DECIMAL(28,4)) END AS denominator,
       CASE WHEN months_told > 0 THEN CAST(n AS BIGINT) END AS n,
       CAST(months_due AS BIGINT) AS expected, CAST(months_told AS BIGINT) AS received
FROM parts
