-- one row per covered month and judged severity (0 when there was none), and one for what is not judged yet (NULL)
-- Sums over the bodies of the scope; a month for which no judgements were received is absent.
WITH counted AS (
    SELECT jst_month, severity, CAST(sum(n) AS BIGINT) AS n, CAST(sum(blocked) AS BIGINT) AS blocked
    FROM scoped.security_day
    WHERE jst_month BETWEEN $from_month AND $to_month
    GROUP BY jst_month, severity
)
SELECT v.jst_month, s.severity, s.name AS severity_name, coalesce(c.n, 0) AS n, coalesce(c.blocked, 0) AS blocked
FROM scoped.covered_month AS v
JOIN scoped.calendar_month AS m ON m.jst_month = v.jst_month
JOIN scoped.dim_severity AS s ON m.last_date BETWEEN s.valid_from AND s.valid_to
LEFT JOIN counted AS c ON c.jst_month = v.jst_month AND c.severity = s.severity
WHERE v.table_name = 'judgement' AND v.jst_month BETWEEN $from_month AND $to_month
UNION ALL
SELECT jst_month, severity, '未判断', n, blocked
FROM counted
WHERE severity IS NULL
ORDER BY 1, 2 NULLS LAST
