-- one row per reporting period, KPI (K01-K04), grain and entity
-- title: 指標の算出（サービスの稼働）
-- keys: period_id, kpi_id, grain, entity
-- inputs: period_ledger(period), period_entity(period), period_month(period), service_month(period), stop_case(period)
-- partition: period
-- identities: numerators of services add up to that of all [kpi_parts_add_up]
-- Minutes are made of whole seconds, so that parts of minutes do not add up to more or less than they are.
WITH member AS (
    SELECT l.period_id, e.grain, e.entity, l.months_due, l.months_told
    FROM period_ledger AS l
    JOIN period_entity AS e ON e.period_id = l.period_id AND e.grain IN ('all', 'service', 'tenant')
    WHERE l.table_name = 'service_outage'
),
minutes AS (
    SELECT p.period_id, CASE WHEN s.entity = '' THEN 'service' ELSE 'tenant' END AS grain,
           CASE WHEN s.entity = '' THEN s.service_id ELSE s.entity END AS entity,
           s.service_minutes * 60 - CAST(round(s.planned_minutes * 60) AS BIGINT) AS due_seconds,
           CAST(round(s.unplanned_minutes * 60) AS BIGINT) AS lost_seconds, s.unplanned_count
    FROM service_month AS s
    JOIN period_month AS p ON p.jst_month = s.jst_month
),
usage AS (
    SELECT period_id, grain, entity, sum(due_seconds) AS due_seconds, sum(lost_seconds) AS lost_seconds,
           sum(unplanned_count) AS stops, count(*) AS n
    FROM minutes
    GROUP BY period_id, grain, entity
    UNION ALL
    SELECT period_id, 'all', '', sum(due_seconds), sum(lost_seconds), sum(unplanned_count), count(*)
    FROM minutes
    WHERE grain = 'service'
    GROUP BY period_id
),
stops AS (
    SELECT p.period_id, 'service' AS grain, c.service_id AS entity, c.outage_kind, c.seconds, c.off_hours
    FROM stop_case AS c
    JOIN period_month AS p ON p.jst_month = c.jst_month
    UNION ALL
    SELECT p.period_id, 'all', '', c.outage_kind, c.seconds, c.off_hours
    FROM stop_case AS c
    JOIN period_month AS p ON p.jst_month = c.jst_month
),
work AS (
    SELECT period_id, grain, entity, count(CASE WHEN outage_kind = 'planned' THEN off_hours END) AS planned,
           count(CASE WHEN outage_kind = 'planned' AND off_hours THEN 1 END) AS planned_off_hours,
           count(CASE WHEN outage_kind = 'switchover' THEN 1 END) AS switched,
           count(CASE WHEN outage_kind = 'switchover' THEN seconds END) AS switched_timed,
           sum(CASE WHEN outage_kind = 'switchover' THEN seconds END) AS switched_seconds
    FROM stops
    GROUP BY period_id, grain, entity
),
counted AS (
    SELECT m.period_id, m.grain, m.entity, m.months_due, m.months_told,
           CAST(u.due_seconds / 60 AS DECIMAL(28,4)) AS due, CAST(u.lost_seconds / 60 AS DECIMAL(28,4)) AS lost,
           CAST((u.due_seconds - u.lost_seconds) / 60 AS DECIMAL(28,4)) AS kept, u.stops, u.n,
           coalesce(w.planned, 0) AS planned, coalesce(w.planned_off_hours, 0) AS planned_off_hours,
           coalesce(w.switched, 0) AS switched, coalesce(w.switched_timed, 0) AS switched_timed,
           coalesce(w.switched_seconds, 0) AS switched_seconds
    FROM member AS m
    LEFT JOIN usage AS u ON u.period_id = m.period_id AND u.grain = m.grain AND u.entity = m.entity
    LEFT JOIN work AS w ON w.period_id = m.period_id AND w.grain = m.grain AND w.entity = m.entity
),
parts AS (
    SELECT period_id, 'K01' AS kpi_id, grain, entity, kept AS numerator, due AS denominator, n, months_due,
           months_told
    FROM counted
    UNION ALL
    SELECT period_id, 'K02', grain, entity, lost, 1, stops, months_due, months_told FROM counted
    UNION ALL
    SELECT period_id, 'K02.count', grain, entity, stops, 1, stops, months_due, months_told FROM counted
    UNION ALL
    SELECT period_id, 'K03', grain, entity, planned_off_hours, planned, planned, months_due, months_told
    FROM counted
    WHERE grain <> 'tenant'
    UNION ALL
    SELECT period_id, 'K04', grain, entity, switched, 1, switched, months_due, months_told
    FROM counted
    WHERE grain <> 'tenant'
    UNION ALL
    SELECT period_id, 'K04.mean', grain, entity, switched_seconds, switched_timed, switched_timed, months_due, months_told
    FROM counted
    WHERE grain <> 'tenant'
)
SELECT period_id, kpi_id, grain, entity,
       CASE WHEN months_told > 0 THEN CAST(numerator AS DECIMAL(28,4)) END AS numerator,
       CASE WHEN months_told > 0 THEN CAST(denominator AS DECIMAL(28,4)) END AS denominator,
       CASE WHEN months_told > 0 THEN CAST(n AS BIGINT) END AS n,
       CAST(months_due AS BIGINT) AS expected, CAST(months_told AS BIGINT) AS received
FROM parts
