-- one row per fact table of regular samples: expected and received samples of a reporting period
SELECT v.table_name AS feed_table, f.title, CAST(count(DISTINCT v.entity) AS BIGINT) AS entities,
       CAST(sum(v.expected) AS BIGINT) AS expected, CAST(sum(v.received) AS BIGINT) AS received,
       100.0 * sum(v.received) / nullif(sum(v.expected), 0) AS coverage_pct,
       CAST(count(DISTINCT CASE WHEN v.received < v.expected THEN v.jst_date END) AS BIGINT) AS days_with_gaps
FROM scoped.coverage_day AS v
JOIN scoped.period_month AS p ON p.jst_month = v.jst_month AND p.period_id = $period
JOIN scoped.dim_fact AS f ON f.table_name = v.table_name
GROUP BY v.table_name, f.title
ORDER BY v.table_name DESC
