-- one row per direction with detections in the months, over the bodies of the scope; in, out, then what nobody told
SELECT coalesce(direction, 'unknown') AS direction,
       CASE direction WHEN 'in' THEN '外→内' WHEN 'out' THEN '内→外' ELSE '不明' END AS direction_name,
       CAST(sum(n) AS BIGINT) AS n, CAST(sum(blocked) AS BIGINT) AS blocked,
       100.0 * sum(blocked) / nullif(sum(n), 0) AS blocked_pct
FROM scoped.signature_month
WHERE jst_month BETWEEN $from_month AND $to_month
GROUP BY direction
ORDER BY direction NULLS LAST
