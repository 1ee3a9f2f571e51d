-- 団体別通信量の日計が、定義ごとの受信の合計と一致すること
-- by month
SELECT d.jst_date, d.tenant_code, d.route, d.direction, d.bytes, f.bytes AS feed_bytes, d.received,
       f.received AS feed_received
FROM tenant_traffic_day AS d
LEFT JOIN (SELECT jst_date, tenant_code, route, direction, sum(bytes) AS bytes, sum(received) AS received
           FROM tenant_sample_day GROUP BY ALL) AS f
    USING (jst_date, tenant_code, route, direction)
WHERE d.bytes IS DISTINCT FROM f.bytes OR d.received <> coalesce(f.received, 0)
