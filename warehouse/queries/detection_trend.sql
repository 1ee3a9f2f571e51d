-- one row per month and judged severity (NULL = not judged yet), over the bodies of the scope
SELECT d.jst_month, d.severity, coalesce(s.name, '未判断') AS severity_name, CAST(sum(d.n) AS BIGINT) AS n,
       CAST(sum(d.blocked) AS BIGINT) AS blocked
FROM scoped.security_day AS d
LEFT JOIN scoped.dim_severity AS s ON s.severity = d.severity AND d.jst_date BETWEEN s.valid_from AND s.valid_to
WHERE d.jst_month BETWEEN $from_month AND $to_month
GROUP BY d.jst_month, d.severity, s.name
ORDER BY d.jst_month, d.severity NULLS LAST
