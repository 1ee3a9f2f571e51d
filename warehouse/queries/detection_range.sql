-- one row per day told of and judged severity (0 when there was none), and one for what is not judged yet (NULL)
-- Sums over the bodies of the scope; a day of a month for which no judgements were received is absent, as is the future.
WITH counted AS (
    SELECT jst_date, severity, CAST(sum(n) AS BIGINT) AS n, CAST(sum(blocked) AS BIGINT) AS blocked
    FROM scoped.security_day
    WHERE jst_date BETWEEN $first_date AND $last_date
    GROUP BY jst_date, severity
)
SELECT d.jst_date, s.severity, s.name AS severity_name, coalesce(c.n, 0) AS n, coalesce(c.blocked, 0) AS blocked
FROM scoped.dim_date AS d
JOIN scoped.covered_month AS v ON v.jst_month = d.jst_month AND v.table_name = 'judgement'
JOIN scoped.dim_severity AS s ON d.jst_date BETWEEN s.valid_from AND s.valid_to
CROSS JOIN scoped.as_of AS a
LEFT JOIN counted AS c ON c.jst_date = d.jst_date AND c.severity = s.severity
WHERE d.jst_date BETWEEN $first_date AND $last_date AND CAST(d.jst_date AS TIMESTAMP) < a.as_of_jst
UNION ALL
SELECT jst_date, severity, '未判断', n, blocked
FROM counted
WHERE severity IS NULL
ORDER BY 1, 2 NULLS LAST
