-- one row per month of the trend behind a forecast (K20) of the period; fold trend: the rows are the trend's values
WITH asked AS (
    SELECT jst_month FROM scoped.period_month WHERE period_id = $period
),
told AS (
    SELECT max(t.jst_month) AS jst_month
    FROM scoped.capacity_trend AS t
    JOIN asked AS a ON a.jst_month = t.jst_month
    WHERE t.grain = $grain AND t.entity = $entity
)
SELECT 'trend' AS fold, h.jst_month || '　' || h.metric AS item,
       '上限' || h.limit_value || '、' || h.months || 'か月の傾き' || h.slope || '／月（' || h.slope_low || '〜' || h.slope_high || '）' AS detail,
       CAST(h.value AS DOUBLE) AS numerator, CAST(h.limit_value AS DOUBLE) AS denominator
FROM scoped.capacity_trend AS h
JOIN told AS t
    ON h.jst_month <= t.jst_month
    AND CAST(substr(h.jst_month, 1, 4) AS BIGINT) * 12 + CAST(substr(h.jst_month, 6, 2) AS BIGINT)
        > CAST(substr(t.jst_month, 1, 4) AS BIGINT) * 12 + CAST(substr(t.jst_month, 6, 2) AS BIGINT) - 36
WHERE h.grain = $grain AND h.entity = $entity
ORDER BY h.metric, h.jst_month
