-- one row per reporting period and KPI (K39)
-- title: 指標の算出（パッチ）
-- keys: period_id, kpi_id, grain, entity
-- inputs: reporting_period(period), period_ledger(period), patch_case
-- partition: period
-- identities: numerator <= denominator [kpi_within_bounds]
-- A plan counts in the period in which its day falls, an application in that of its own day.
WITH planned AS (
    SELECT p.period_id, count(*) AS planned, count(CASE WHEN c.applied_date <= c.planned_date THEN 1 END) AS in_time
    FROM reporting_period AS p
    JOIN patch_case AS c ON c.planned_date BETWEEN p.first_date AND p.through_date
    WHERE c.status <> 'not_needed'
    GROUP BY p.period_id
),
applied AS (
    SELECT p.period_id, count(*) AS applied,
           count(CASE WHEN c.time_band IN ('after_hours', 'closed_day') THEN 1 END) AS off_hours
    FROM reporting_period AS p
    JOIN patch_case AS c ON c.applied_date BETWEEN p.first_date AND p.through_date
    WHERE c.time_band IS NOT NULL
    GROUP BY p.period_id
),
counted AS (
    SELECT l.period_id, l.months_due, l.months_told, coalesce(p.planned, 0) AS planned, coalesce(p.in_time, 0) AS in_time,
           coalesce(a.applied, 0) AS applied, coalesce(a.off_hours, 0) AS off_hours
    FROM period_ledger AS l
    LEFT JOIN planned AS p ON p.period_id = l.period_id
    LEFT JOIN applied AS a ON a.period_id = l.period_id
    WHERE l.table_name = 'patch'
),
parts AS (
    SELECT period_id, 'K39' AS kpi_id, in_time AS numerator, planned AS denominator, planned AS n, months_due, months_told
    FROM counted
    UNION ALL
    SELECT period_id, 'K39.off_hours', off_hours, applied, applied, months_due, months_told FROM counted
)
SELECT period_id, kpi_id, 'all' AS grain, '' AS entity,
       CASE WHEN months_told > 0 THEN CAST(numerator AS DECIMAL(28,4)) END AS numerator,
       CASE WHEN months_told > 0 THEN CAST(denominator AS DECIMAL(28,4)) END AS denominator,
       CASE WHEN months_told > 0 THEN CAST(n AS BIGINT) END AS n,
       CAST(months_due AS BIGINT) AS expected, CAST(months_told AS BIGINT) AS received
FROM parts
