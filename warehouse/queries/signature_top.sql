-- one row per signature among the most frequent of the month, with its rank in the month before
WITH totals AS (
    SELECT jst_month, signature_id, signature, CAST(sum(n) AS BIGINT) AS n, max(max_severity) AS max_severity,
           CAST(sum(blocked) AS BIGINT) AS blocked, max_by(direction, n) AS direction
    FROM scoped.signature_month
    WHERE jst_month IN ($month, $previous_month)
    GROUP BY jst_month, signature_id, signature
),
ranked AS (
    SELECT *, row_number() OVER (PARTITION BY jst_month ORDER BY n DESC, signature_id, signature) AS rank FROM totals
)
SELECT CAST(r.rank AS INTEGER) AS rank, r.signature_id, r.signature, r.n, r.max_severity,
       coalesce(s.name, '未判断') AS severity_name,
       CASE r.direction WHEN 'in' THEN '外→内' WHEN 'out' THEN '内→外' ELSE '－' END AS direction_name, r.blocked,
       CAST(p.rank AS INTEGER) AS previous_rank
FROM ranked AS r
JOIN scoped.calendar_month AS c ON c.jst_month = $month
LEFT JOIN scoped.dim_severity AS s ON s.severity = r.max_severity AND c.last_date BETWEEN s.valid_from AND s.valid_to
LEFT JOIN ranked AS p
    ON p.jst_month = $previous_month AND p.signature = r.signature
    AND coalesce(p.signature_id, '') = coalesce(r.signature_id, '')
WHERE r.jst_month = $month AND r.rank <= $limit
ORDER BY r.rank
