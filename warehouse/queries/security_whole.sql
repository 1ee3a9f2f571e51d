-- one row per month, source and severity of the sums over everybody: detections, and blocked ones; no body is named
-- source: centre (the whole monitoring centre) or cloud (all connected bodies); n is NULL where fewer than five bodies
-- had any.  severity is NULL while not judged.
SELECT w.jst_month, w.source, CASE w.source WHEN 'centre' THEN '監視センター全体' ELSE '全接続団体' END AS source_name,
       w.severity, coalesce(s.name, CASE WHEN w.severity IS NULL THEN '未判断' ELSE CAST(w.severity AS VARCHAR) END)
           AS severity_name, w.bodies, w.n, w.blocked
FROM scoped.security_whole AS w
JOIN scoped.calendar_month AS c ON c.jst_month = w.jst_month
LEFT JOIN scoped.dim_severity AS s ON s.severity = w.severity AND c.last_date BETWEEN s.valid_from AND s.valid_to
WHERE w.jst_month BETWEEN $from_month AND $to_month
ORDER BY w.jst_month, w.source, w.severity NULLS LAST
