-- one row per table and month of which its files tell (a month without any event included)
SELECT c.table_name, f.title, c.jst_month
FROM scoped.covered_month AS c
LEFT JOIN scoped.dim_fact AS f ON f.table_name = c.table_name
WHERE c.jst_month BETWEEN $from_month AND $to_month
ORDER BY c.table_name, c.jst_month
