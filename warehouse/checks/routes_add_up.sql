-- 団体別通信量の経路別の合計が全経路の計と一致すること
SELECT t.jst_month, t.tenant_code, t.direction, t.bytes AS total_bytes, r.bytes AS route_bytes
FROM tenant_traffic_month AS t
JOIN (SELECT jst_month, tenant_code, direction, sum(bytes) AS bytes FROM tenant_traffic_month WHERE route <> 'total'
      GROUP BY ALL) AS r USING (jst_month, tenant_code, direction)
WHERE t.route = 'total' AND t.bytes IS DISTINCT FROM r.bytes
