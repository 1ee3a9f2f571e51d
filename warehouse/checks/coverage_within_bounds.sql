-- 取得点数が期待点数を超えていないこと（同じ時刻の値が二重に取り込まれていないこと）
SELECT table_name, entity, jst_date, expected, received
FROM coverage_day
WHERE received > expected
