-- 95パーセンタイルが最大を超えていないこと
SELECT period_id, table_name, entity, series, p95_value, max_value FROM percentile WHERE p95_value > max_value
