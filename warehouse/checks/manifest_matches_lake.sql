-- 目録に同じ表・月のファイルが二つ以上ないこと
SELECT table_name, jst_month, count(*) AS files
FROM lake_file
GROUP BY table_name, jst_month
HAVING count(*) > 1
