-- 団体別通信量の月計が日計の合計と一致すること
-- by month
SELECT m.jst_month, m.tenant_code, m.route, m.direction, m.bytes AS month_bytes, d.bytes AS day_bytes
FROM tenant_traffic_month AS m
JOIN (SELECT jst_month, tenant_code, route, direction, sum(bytes) AS bytes, sum(sessions) AS sessions,
             sum(expected) AS expected, sum(received) AS received
      FROM tenant_traffic_day GROUP BY ALL) AS d
    USING (jst_month, tenant_code, route, direction)
WHERE m.bytes IS DISTINCT FROM d.bytes OR m.sessions IS DISTINCT FROM d.sessions
   OR m.expected IS DISTINCT FROM d.expected OR m.received IS DISTINCT FROM d.received
