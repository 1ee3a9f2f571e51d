-- 傾きが幅の中にあり、到達見込みの早い方と遅い方が見込みをはさむこと
SELECT jst_month, grain, entity, metric, NULL AS threshold_pct
FROM capacity_trend
WHERE slope < slope_low OR slope > slope_high
UNION ALL
SELECT jst_month, grain, entity, metric, threshold_pct
FROM capacity_reach
WHERE months_low > months_left OR months_left > months_high OR months_left < 0
