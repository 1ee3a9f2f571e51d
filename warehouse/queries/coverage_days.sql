-- one row per fact table of regular samples and JST day: expected and received samples of all the scope may see
SELECT v.table_name, f.title, v.jst_date, CAST(sum(v.expected) AS BIGINT) AS expected,
       CAST(sum(v.received) AS BIGINT) AS received,
       100.0 * sum(v.received) / nullif(sum(v.expected), 0) AS coverage_pct
FROM scoped.coverage_day AS v
JOIN scoped.dim_fact AS f ON f.table_name = v.table_name
WHERE v.jst_date BETWEEN $first_date AND $last_date
GROUP BY v.table_name, f.title, v.jst_date
ORDER BY v.table_name DESC, v.jst_date
