-- 回線・機器負荷の月計が日計及び曜日・時刻別の合計と、月の最大がそれらの最大と一致すること
SELECT 'line_month' AS mart, m.jst_month, m.line_id AS entity, m.direction AS series
FROM line_month AS m
JOIN (SELECT jst_month, line_id, direction, sum(sum_bps) AS sum_bps, max(max_bps) AS max_bps, max(peak_bps) AS peak_bps,
             sum(over_guaranteed) AS over_guaranteed, sum(expected) AS expected, sum(received) AS received
      FROM line_day GROUP BY ALL) AS d USING (jst_month, line_id, direction)
WHERE m.sum_bps IS DISTINCT FROM d.sum_bps OR m.max_bps IS DISTINCT FROM d.max_bps
   OR m.peak_bps IS DISTINCT FROM d.peak_bps OR m.over_guaranteed IS DISTINCT FROM d.over_guaranteed
   OR m.expected IS DISTINCT FROM d.expected OR m.received IS DISTINCT FROM d.received
UNION ALL
SELECT 'line_hour_month', m.jst_month, m.line_id, m.direction
FROM line_month AS m
FULL JOIN (SELECT jst_month, line_id, direction, sum(sum_bps) AS sum_bps, max(max_bps) AS max_bps,
                  sum(expected) AS expected, sum(received) AS received
           FROM line_hour_month GROUP BY ALL) AS h USING (jst_month, line_id, direction)
WHERE m.sum_bps IS DISTINCT FROM h.sum_bps OR m.max_bps IS DISTINCT FROM h.max_bps
   OR m.expected IS DISTINCT FROM h.expected OR m.received IS DISTINCT FROM h.received
UNION ALL
SELECT 'device_month', m.jst_month, m.device_id, m.metric
FROM device_month AS m
JOIN (SELECT jst_month, device_id, metric, sum(sum_value) AS sum_value, max(max_value) AS max_value,
             sum(expected) AS expected, sum(received) AS received
      FROM device_day GROUP BY ALL) AS d USING (jst_month, device_id, metric)
WHERE m.sum_value IS DISTINCT FROM d.sum_value OR m.max_value IS DISTINCT FROM d.max_value
   OR m.expected IS DISTINCT FROM d.expected OR m.received IS DISTINCT FROM d.received
