-- one row per month and KPI
SELECT jst_month, kpi_id, value, 100.0 * received / nullif(expected, 0) AS coverage_pct
FROM scoped.kpi_month
WHERE jst_month BETWEEN $from_month AND $to_month
ORDER BY jst_month, kpi_id
