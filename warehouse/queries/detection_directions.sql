-- one row per direction with detections in the days, over the bodies of the scope; in, out, then what nobody told
SELECT coalesce(direction, 'unknown') AS direction,
       CASE direction WHEN 'in' THEN '外→内' WHEN 'out' THEN '内→外' ELSE '不明' END AS direction_name,
       count(*) AS n, count(CASE WHEN blocked THEN 1 END) AS blocked,
       100.0 * count(CASE WHEN blocked THEN 1 END) / count(*) AS blocked_pct
FROM scoped.security_event
WHERE jst_date BETWEEN $first_date AND $last_date
GROUP BY direction
ORDER BY direction NULLS LAST
