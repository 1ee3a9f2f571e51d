-- one row per reporting period, KPI (K33-K38), grain (all, tenant, severity, function) and entity
-- title: 指標の算出（セキュリティ監視）
-- keys: period_id, kpi_id, grain, entity
-- inputs: period_ledger(period), period_entity(period), period_month(period), security_day(period), serious_event(period)
-- partition: period
-- identities: K33 of tenants and of functions add up to K33 of all [kpi_parts_add_up]; numerator <= denominator of K35, K37, K38 [kpi_within_bounds]
-- Contact within 15 minutes is counted from the judgement (specification 11(8)エ); an event without a contact time is late.
-- Detections are told of months that the sensors' files or the judgements cover, the better of the two; severities and
-- what became of an event of months that the judgements cover.
WITH told AS (
    SELECT period_id, max(months_due) AS months_due, max(months_told) AS months_seen,
           max(CASE WHEN table_name = 'judgement' THEN months_told END) AS months_judged
    FROM period_ledger
    WHERE table_name IN ('detection', 'judgement')
    GROUP BY period_id
),
member AS (
    SELECT t.period_id, e.grain, e.entity, t.months_due, t.months_judged AS months_told,
           CASE WHEN e.grain = 'severity' THEN t.months_judged ELSE t.months_seen END AS months_seen
    FROM told AS t
    JOIN period_entity AS e ON e.period_id = t.period_id AND e.grain IN ('all', 'tenant', 'severity', 'function')
),
daily AS (
    SELECT p.period_id, d.tenant_code, d.function, d.severity, sum(d.n) AS n
    FROM security_day AS d
    JOIN period_month AS p ON p.jst_month = d.jst_month
    GROUP BY p.period_id, d.tenant_code, d.function, d.severity
),
detected AS (
    SELECT period_id, 'all' AS grain, '' AS entity, sum(n) AS n FROM daily GROUP BY period_id
    UNION ALL
    SELECT period_id, 'tenant', tenant_code, sum(n) FROM daily GROUP BY period_id, tenant_code
    UNION ALL
    SELECT period_id, 'function', function, sum(n) FROM daily GROUP BY period_id, function
    UNION ALL
    SELECT period_id, 'severity', CAST(severity AS STRING), sum(n)
    FROM daily
    WHERE severity IS NOT NULL
    GROUP BY period_id, severity
),
judged AS (
    SELECT p.period_id, 'all' AS grain, '' AS entity, e.serious, e.block_required, e.from_inside, e.endpoint_known,
           e.contact_minutes, e.judge_minutes, e.block_minutes
    FROM serious_event AS e
    JOIN period_month AS p ON p.jst_month = e.jst_month
    UNION ALL
    SELECT p.period_id, 'tenant', e.tenant_code, e.serious, e.block_required, e.from_inside, e.endpoint_known,
           e.contact_minutes, e.judge_minutes, e.block_minutes
    FROM serious_event AS e
    JOIN period_month AS p ON p.jst_month = e.jst_month
),
handled AS (
    SELECT period_id, grain, entity, count(*) AS judged,
           count(CASE WHEN serious THEN 1 END) AS serious,
           count(CASE WHEN serious AND contact_minutes <= 15 THEN 1 END) AS contacted,
           count(CASE WHEN serious THEN contact_minutes END) AS contact_timed,
           max(CASE WHEN serious THEN contact_minutes END) AS contact_max,
           CAST(percentile_cont(0.5) WITHIN GROUP (ORDER BY judge_minutes) AS DECIMAL(20,2)) AS judge_median,
           max(judge_minutes) AS judge_max,
           count(CASE WHEN block_required THEN 1 END) AS to_block,
           count(CASE WHEN block_required THEN block_minutes END) AS blocked,
           max(CASE WHEN block_required THEN block_minutes END) AS block_max,
           count(CASE WHEN serious AND from_inside THEN 1 END) AS from_inside,
           count(CASE WHEN serious AND from_inside AND endpoint_known THEN 1 END) AS identified
    FROM judged
    GROUP BY period_id, grain, entity
),
counted AS (
    SELECT m.period_id, m.grain, m.entity, m.months_due, m.months_told, m.months_seen, coalesce(d.n, 0) AS n,
           coalesce(h.judged, 0) AS judged, coalesce(h.serious, 0) AS serious, coalesce(h.contacted, 0) AS contacted,
           coalesce(h.contact_timed, 0) AS contact_timed, h.contact_max, h.judge_median, h.judge_max,
           coalesce(h.to_block, 0) AS to_block, coalesce(h.blocked, 0) AS blocked, h.block_max,
           coalesce(h.from_inside, 0) AS from_inside, coalesce(h.identified, 0) AS identified
    FROM member AS m
    LEFT JOIN detected AS d ON d.period_id = m.period_id AND d.grain = m.grain AND d.entity = m.entity
    LEFT JOIN handled AS h ON h.period_id = m.period_id AND h.grain = m.grain AND h.entity = m.entity
),
parts AS (
    SELECT period_id, 'K33' AS kpi_id, grain, entity, n AS numerator, 1 AS denominator, n, months_due,
           months_seen AS months_told
    FROM counted
    UNION ALL
    SELECT period_id, 'K34', grain, entity, serious, 1, judged, months_due, months_told
    FROM counted
    WHERE grain IN ('all', 'tenant')
    UNION ALL
    SELECT period_id, 'K35', grain, entity, contacted, serious, serious, months_due, months_told
    FROM counted
    WHERE grain IN ('all', 'tenant')
    UNION ALL
    SELECT period_id, 'K35.max', grain, entity, contact_max, CASE WHEN contact_timed > 0 THEN 1 ELSE 0 END, contact_timed,
           months_due, months_told
    FROM counted
    WHERE grain IN ('all', 'tenant')
    UNION ALL
    SELECT period_id, 'K36', grain, entity, judge_median, CASE WHEN judged > 0 THEN 1 ELSE 0 END, judged, months_due,
           months_told
    FROM counted
    WHERE grain = 'all'
    UNION ALL
    SELECT period_id, 'K36.max', grain, entity, judge_max, CASE WHEN judged > 0 THEN 1 ELSE 0 END, judged, months_due,
           months_told
    FROM counted
    WHERE grain = 'all'
    UNION ALL
    SELECT period_id, 'K37', grain, entity, blocked, to_block, to_block, months_due, months_told
    FROM counted
    WHERE grain = 'all'
    UNION ALL
    SELECT period_id, 'K37.max', grain, entity, block_max, CASE WHEN blocked > 0 THEN 1 ELSE 0 END, blocked, months_due,
           months_told
    FROM counted
    WHERE grain = 'all'
    UNION ALL
    SELECT period_id, 'K38', grain, entity, identified, from_inside, from_inside, months_due, months_told
    FROM counted
    WHERE grain = 'all'
)
SELECT period_id, kpi_id, grain, entity,
       CASE WHEN months_told > 0 THEN CAST(numerator AS DECIMAL(28,4)) END AS numerator,
       CASE WHEN months_told > 0 THEN CAST(denominator AS DECIMAL(28,4)) END AS denominator,
       CASE WHEN months_told > 0 THEN CAST(n AS BIGINT) END AS n,
       CAST(months_due AS BIGINT) AS expected, CAST(months_told AS BIGINT) AS received
FROM parts
