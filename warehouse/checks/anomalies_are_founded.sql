-- 届いた量の異常が、同じ種類の日4日以上の中央値との比較であり、多い・少ないの向きが合っていること
SELECT jst_date, feed, entity, measure, kind, amount, normal, days
FROM arrival_anomaly
WHERE days < 4 OR days > 56 OR (kind = 'low') <> (amount < normal)
