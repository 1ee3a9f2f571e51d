-- 5分値の上位の順位が1から途切れずに続き、全体の8分の1以上あること
SELECT jst_month, table_name, entity, series, kept, samples
FROM month_percentile
WHERE kept * 8 < samples OR kept > samples OR p95_value IS NULL
