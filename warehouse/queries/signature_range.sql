-- one row per signature among the most frequent of any run of days, with its rank in another run of days
-- previous_rank is NULL where it was not seen then.
WITH counted AS (
    SELECT signature_id, signature,
           count(CASE WHEN jst_date BETWEEN $first_date AND $last_date THEN 1 END) AS n,
           count(CASE WHEN jst_date BETWEEN $previous_first AND $previous_last THEN 1 END) AS previous_n,
           count(CASE WHEN jst_date BETWEEN $first_date AND $last_date AND blocked THEN 1 END) AS blocked,
           max(CASE WHEN jst_date BETWEEN $first_date AND $last_date THEN severity END) AS max_severity,
           count(CASE WHEN jst_date BETWEEN $first_date AND $last_date AND direction = 'in' THEN 1 END) AS n_in,
           count(CASE WHEN jst_date BETWEEN $first_date AND $last_date AND direction = 'out' THEN 1 END) AS n_out
    FROM scoped.security_event
    WHERE jst_date BETWEEN $previous_first AND $last_date
    GROUP BY signature_id, signature
),
ranked AS (
    SELECT *, row_number() OVER (ORDER BY n DESC, signature_id, signature) AS rank,
           row_number() OVER (ORDER BY previous_n DESC, signature_id, signature) AS previous_rank
    FROM counted
)
SELECT CAST(r.rank AS INTEGER) AS rank, r.signature_id, r.signature, r.n, r.max_severity,
       coalesce(s.name, '未判断') AS severity_name,
       CASE WHEN r.n_in >= r.n_out AND r.n_in > 0 THEN '外→内' WHEN r.n_out > 0 THEN '内→外' ELSE '－' END AS direction_name,
       r.blocked, CASE WHEN r.previous_n > 0 THEN CAST(r.previous_rank AS INTEGER) END AS previous_rank
FROM ranked AS r
LEFT JOIN scoped.dim_severity AS s ON s.severity = r.max_severity AND $last_date BETWEEN s.valid_from AND s.valid_to
WHERE r.n > 0 AND r.rank <= $limit
ORDER BY r.rank
