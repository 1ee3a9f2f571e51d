-- one row per reporting period, KPI (K26-K29), grain and entity
-- title: 指標の算出（問合せ・依頼）
-- keys: period_id, kpi_id, grain, entity
-- inputs: period_ledger(period), period_entity(period), period_month(period), ticket_answer(period), ticket_reopened(period), ticket_open_month(period), covered_month(period)
-- partition: period
-- identities: K26 of tenants, channels and kinds add up to K26 of all [kpi_parts_add_up]; numerator <= denominator of K27 [kpi_within_bounds]
-- K29 is the state at the end of the last month that the ledger tells of.
WITH member AS (
    SELECT l.period_id, e.grain, e.entity, l.months_due, l.months_told
    FROM period_ledger AS l
    JOIN period_entity AS e
        ON e.period_id = l.period_id AND e.grain IN ('all', 'tenant', 'channel', 'ticket_kind')
    WHERE l.table_name = 'ticket'
),
ticket AS (
    SELECT p.period_id, t.tenant_code, t.channel, t.ticket_kind, t.answer_state, t.business_minutes,
           coalesce(r.reopened, 0) AS reopened
    FROM ticket_answer AS t
    JOIN period_month AS p ON p.jst_month = t.jst_month
    LEFT JOIN ticket_reopened AS r ON r.ticket_no = t.ticket_no
),
seen AS (
    SELECT period_id, 'all' AS grain, '' AS entity, answer_state, business_minutes, reopened FROM ticket
    UNION ALL
    SELECT period_id, 'tenant', tenant_code, answer_state, business_minutes, reopened FROM ticket
    UNION ALL
    SELECT period_id, 'channel', channel, answer_state, business_minutes, reopened FROM ticket
    UNION ALL
    SELECT period_id, 'ticket_kind', ticket_kind, answer_state, business_minutes, reopened FROM ticket
),
answers AS (
    SELECT period_id, grain, entity, count(*) AS tickets, count(CASE WHEN reopened > 0 THEN 1 END) AS reopened,
           count(CASE WHEN answer_state <> 'waiting' THEN 1 END) AS due,
           count(CASE WHEN answer_state = 'in_time' THEN 1 END) AS in_time, count(business_minutes) AS answered,
           CAST(percentile_cont(0.5) WITHIN GROUP (ORDER BY business_minutes) AS DECIMAL(20,2)) AS median_minutes,
           CAST(percentile_disc(0.9) WITHIN GROUP (ORDER BY business_minutes) AS BIGINT) AS p90_minutes
    FROM seen
    GROUP BY period_id, grain, entity
),
last_month AS (
    SELECT p.period_id, max(c.jst_month) AS jst_month
    FROM covered_month AS c
    JOIN period_month AS p ON p.jst_month = c.jst_month
    WHERE c.table_name = 'ticket'
    GROUP BY p.period_id
),
still_open AS (
    SELECT l.period_id, 'tenant' AS grain, o.tenant_code AS entity, o.open_tickets, o.over_10, o.over_30
    FROM last_month AS l
    JOIN ticket_open_month AS o ON o.jst_month = l.jst_month
    UNION ALL
    SELECT l.period_id, 'all', '', sum(o.open_tickets), sum(o.over_10), sum(o.over_30)
    FROM last_month AS l
    JOIN ticket_open_month AS o ON o.jst_month = l.jst_month
    GROUP BY l.period_id
),
counted AS (
    SELECT m.period_id, m.grain, m.entity, m.months_due, m.months_told, coalesce(a.tickets, 0) AS tickets,
           coalesce(a.reopened, 0) AS reopened, coalesce(a.due, 0) AS due, coalesce(a.in_time, 0) AS in_time,
           coalesce(a.answered, 0) AS answered, a.median_minutes, a.p90_minutes,
           coalesce(o.open_tickets, 0) AS open_tickets, coalesce(o.over_10, 0) AS over_10, coalesce(o.over_30, 0) AS over_30
    FROM member AS m
    LEFT JOIN answers AS a ON a.period_id = m.period_id AND a.grain = m.grain AND a.entity = m.entity
    LEFT JOIN still_open AS o ON o.period_id = m.period_id AND o.grain = m.grain AND o.entity = m.entity
),
parts AS (
    SELECT period_id, 'K26' AS kpi_id, grain, entity, tickets AS numerator, 1 AS denominator, tickets AS n, months_due,
           months_told
    FROM counted
    UNION ALL
    SELECT period_id, 'K26.reopened', grain, entity, reopened, 1, tickets, months_due, months_told
    FROM counted
    WHERE grain IN ('all', 'tenant')
    UNION ALL
    SELECT period_id, 'K27', grain, entity, in_time, due, due, months_due, months_told
    FROM counted
    WHERE grain IN ('all', 'tenant')
    UNION ALL
    SELECT period_id, 'K28', grain, entity, median_minutes, CASE WHEN answered > 0 THEN 60 ELSE 0 END, answered, months_due,
           months_told
    FROM counted
    WHERE grain IN ('all', 'tenant')
    UNION ALL
    SELECT period_id, 'K28.p90', grain, entity, p90_minutes, CASE WHEN answered > 0 THEN 60 ELSE 0 END, answered,
           months_due, months_told
    FROM counted
    WHERE grain IN ('all', 'tenant')
    UNION ALL
    SELECT period_id, 'K29', grain, entity, over_10, 1, open_tickets, months_due, months_told
    FROM counted
    WHERE grain IN ('all', 'tenant')
    UNION ALL
    SELECT period_id, 'K29.over30', grain, entity, over_30, 1, open_tickets, months_due, months_told
    FROM counted
    WHERE grain IN ('all', 'tenant')
)
SELECT period_id, kpi_id, grain, entity,
       CASE WHEN months_told > 0 THEN CAST(numerator AS DECIMAL(28,4)) END AS numerator,
       CASE WHEN months_told > 0 THEN CAST(denominator AS DECIMAL(28,4)) END AS denominator,
       CASE WHEN months_told > 0 THEN CAST(n AS BIGINT) END AS n,
       CAST(months_due AS BIGINT) AS expected, CAST(months_told AS BIGINT) AS received
FROM parts
