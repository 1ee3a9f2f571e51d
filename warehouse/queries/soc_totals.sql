-- one row per month and severity: the SOC's totals over all its customers
SELECT d.jst_month, d.severity, coalesce(s.name, CAST(d.severity AS VARCHAR)) AS severity_name, d.n
FROM scoped.soc_total AS d
LEFT JOIN scoped.dim_severity AS s ON s.severity = d.severity AND d.jst_date BETWEEN s.valid_from AND s.valid_to
WHERE d.jst_month BETWEEN $from_month AND $to_month
ORDER BY d.jst_month, d.severity
