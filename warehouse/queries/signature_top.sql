-- one row per signature among the most frequent of a reporting period, with its rank in the period before
-- previous_rank is NULL where it was not seen then, and while the period still runs.
WITH asked AS (
    SELECT p.period_id, m.jst_month
    FROM scoped.reporting_period AS p
    JOIN scoped.reporting_period AS n
        ON n.period_id = $period AND (p.period_id = n.period_id OR (p.period_id = n.previous_id AND n.through_date = n.last_date))
    JOIN scoped.period_month AS m ON m.period_id = p.period_id
),
totals AS (
    SELECT a.period_id, s.signature_id, s.signature, CAST(sum(s.n) AS BIGINT) AS n, max(s.max_severity) AS max_severity,
           CAST(sum(s.blocked) AS BIGINT) AS blocked, max_by(s.direction, s.n) AS direction
    FROM scoped.signature_month AS s
    JOIN asked AS a ON a.jst_month = s.jst_month
    GROUP BY a.period_id, s.signature_id, s.signature
),
ranked AS (
    SELECT *, row_number() OVER (PARTITION BY period_id ORDER BY n DESC, signature_id, signature) AS rank FROM totals
)
SELECT CAST(r.rank AS INTEGER) AS rank, r.signature_id, r.signature, r.n, r.max_severity,
       coalesce(s.name, '未判断') AS severity_name,
       CASE r.direction WHEN 'in' THEN '外→内' WHEN 'out' THEN '内→外' ELSE '－' END AS direction_name, r.blocked,
       CAST(p.rank AS INTEGER) AS previous_rank
FROM ranked AS r
JOIN scoped.reporting_period AS n ON n.period_id = r.period_id
LEFT JOIN scoped.dim_severity AS s ON s.severity = r.max_severity AND n.through_date BETWEEN s.valid_from AND s.valid_to
LEFT JOIN ranked AS p
    ON p.period_id = n.previous_id AND p.signature = r.signature
    AND coalesce(p.signature_id, '') = coalesce(r.signature_id, '')
WHERE r.period_id = $period AND r.rank <= $limit
ORDER BY r.rank
