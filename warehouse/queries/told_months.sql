-- one row per table and month of which its files tell (a month without any event included)
SELECT table_name, jst_month
FROM scoped.covered_month
WHERE jst_month BETWEEN $from_month AND $to_month
ORDER BY table_name, jst_month
