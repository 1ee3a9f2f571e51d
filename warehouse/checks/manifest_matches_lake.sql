-- 目録に同じファイルが二度なく、計測値でない表の月のファイルが一つであること
SELECT m.table_name, m.jst_month, count(*) AS files
FROM lake_file AS m
JOIN dim_fact AS f ON f.table_name = m.table_name
GROUP BY m.table_name, m.jst_month, CASE WHEN f.interval_seconds IS NOT NULL THEN m.path END
HAVING count(*) > 1
