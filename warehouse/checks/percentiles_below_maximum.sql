-- 95パーセンタイルが最大を超えていないこと
SELECT period_id, table_name, entity, series, p95_value, max_value FROM percentile WHERE p95_value > max_value
UNION ALL
SELECT period_id, table_name, entity, series, guess_value, max_value FROM long_guess WHERE guess_value > max_value
