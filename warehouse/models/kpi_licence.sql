-- one row per reporting period, KPI (K21-K24), grain and entity
-- title: 指標の算出（ライセンス・資源）
-- keys: period_id, kpi_id, grain, entity
-- inputs: reporting_period(period), period_month(period), licence_usage(period), dim_licence
-- partition: period
-- identities: none (state of the last month told)
-- The last figure of a month stands for its end, the last month that has one for that of a longer period.
WITH licence AS (
    SELECT p.period_id, p.made_of, l.kind, l.capacity
    FROM reporting_period AS p
    JOIN dim_licence AS l ON l.valid_from <= p.through_date AND l.valid_to >= p.first_date
    QUALIFY row_number() OVER (PARTITION BY p.period_id, l.kind ORDER BY l.valid_from DESC NULLS LAST) = 1
),
usage AS (
    SELECT p.period_id, u.kind, max_by(u.used, u.month_start) AS used, count(DISTINCT u.jst_month) AS months
    FROM licence_usage AS u
    JOIN period_month AS p ON p.jst_month = u.jst_month
    GROUP BY p.period_id, u.kind
),
counted AS (
    SELECT l.period_id, l.kind, l.capacity, l.made_of, u.used, coalesce(u.months, 0) AS months
    FROM licence AS l
    LEFT JOIN usage AS u ON u.period_id = l.period_id AND u.kind = l.kind
),
parts AS (
    SELECT period_id, CASE kind WHEN 'account' THEN 'K21' WHEN 'terminal' THEN 'K22' ELSE 'K23' END AS kpi_id,
           'all' AS grain, '' AS entity, used AS numerator, capacity AS denominator, months, made_of
    FROM counted
    WHERE kind IN ('account', 'terminal', 'cdn_site')
    UNION ALL
    SELECT period_id, 'K23.sites', 'all', '', used, 1, months, made_of FROM counted WHERE kind = 'cdn_site'
    UNION ALL
    SELECT period_id, 'K24', 'licence', kind, used, capacity, months, made_of
    FROM counted
    WHERE kind IN ('ip_internet', 'ip_breakout')
)
SELECT period_id, kpi_id, grain, entity, CAST(numerator AS DECIMAL(28,4)) AS numerator,
       CAST(denominator AS DECIMAL(28,4)) AS denominator, CAST(months AS BIGINT) AS n,
       CAST(made_of AS BIGINT) AS expected, CAST(months AS BIGINT) AS received
FROM parts
