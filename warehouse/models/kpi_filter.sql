-- one row per reporting period, KPI (K25), grain (all, tenant, function) and entity
-- title: 指標の算出（URLフィルタ・メール対策）
-- keys: period_id, kpi_id, grain, entity
-- inputs: period_ledger(period), period_entity(period), period_month(period), security_day(period), dim_function
-- partition: period
-- identities: numerator <= denominator of K25 [kpi_within_bounds]
-- Told of months that the sensors' files or the SOC's judgements cover; the better of the two.
WITH told AS (
    SELECT period_id, max(months_due) AS months_due, max(months_told) AS months_told
    FROM period_ledger
    WHERE table_name IN ('detection', 'judgement')
    GROUP BY period_id
),
member AS (
    SELECT t.period_id, e.grain, e.entity, t.months_due, t.months_told
    FROM told AS t
    JOIN period_entity AS e ON e.period_id = t.period_id AND e.grain IN ('all', 'tenant', 'function')
    LEFT JOIN dim_function AS f ON e.grain = 'function' AND f.function = e.entity
    WHERE e.grain <> 'function' OR f.filtering
    GROUP BY t.period_id, e.grain, e.entity, t.months_due, t.months_told
),
events AS (
    SELECT p.period_id, d.tenant_code, d.function, sum(d.n) AS n, sum(d.blocked) AS blocked
    FROM security_day AS d
    JOIN period_month AS p ON p.jst_month = d.jst_month
    JOIN dim_function AS f ON f.function = d.function AND d.jst_date BETWEEN f.valid_from AND f.valid_to AND f.filtering
    GROUP BY p.period_id, d.tenant_code, d.function
),
summed AS (
    SELECT period_id, 'all' AS grain, '' AS entity, sum(n) AS n, sum(blocked) AS blocked FROM events GROUP BY period_id
    UNION ALL
    SELECT period_id, 'tenant', tenant_code, sum(n), sum(blocked) FROM events GROUP BY period_id, tenant_code
    UNION ALL
    SELECT period_id, 'function', function, sum(n), sum(blocked) FROM events GROUP BY period_id, function
),
counted AS (
    SELECT m.period_id, m.grain, m.entity, m.months_due, m.months_told, coalesce(s.n, 0) AS n,
           coalesce(s.blocked, 0) AS blocked
    FROM member AS m
    LEFT JOIN summed AS s ON s.period_id = m.period_id AND s.grain = m.grain AND s.entity = m.entity
),
parts AS (
    SELECT period_id, 'K25' AS kpi_id, grain, entity, blocked AS numerator, n AS denominator, n, months_due, months_told
    FROM counted
    UNION ALL
    SELECT period_id, 'K25.count', grain, entity, blocked, 1, n, months_due, months_told FROM counted
)
SELECT period_id, kpi_id, grain, entity,
       CASE WHEN months_told > 0 THEN CAST(numerator AS DECIMAL(28,4)) END AS numerator,
       CASE WHEN months_told > 0 THEN CAST(denominator AS DECIMAL(28,4)) END AS denominator,
       CASE WHEN months_told > 0 THEN CAST(n AS BIGINT) END AS n,
       CAST(months_due AS BIGINT) AS expected, CAST(months_told AS BIGINT) AS received
FROM parts
