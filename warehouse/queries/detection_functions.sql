-- one row per security function with detections in the days, over the bodies of the scope
SELECT d.function, CASE WHEN d.function = 'unknown' THEN '不明' ELSE coalesce(max_by(f.name, d.jst_date), d.function) END AS function_name,
       CAST(sum(d.n) AS BIGINT) AS n, CAST(sum(d.blocked) AS BIGINT) AS blocked,
       100.0 * sum(d.blocked) / nullif(sum(d.n), 0) AS blocked_pct
FROM scoped.security_day AS d
LEFT JOIN scoped.dim_function AS f ON f.function = d.function AND d.jst_date BETWEEN f.valid_from AND f.valid_to
WHERE d.jst_date BETWEEN $first_date AND $last_date
GROUP BY d.function
ORDER BY max(f.sort_order) NULLS LAST, d.function
