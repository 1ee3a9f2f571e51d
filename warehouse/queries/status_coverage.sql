-- one row per fact table of regular samples: coverage from its first to its last day with samples
WITH reach AS (
    SELECT table_name, min(jst_date) AS first_date, max(jst_date) AS last_date
    FROM scoped.coverage_day
    WHERE received > 0
    GROUP BY table_name
)
SELECT v.table_name, f.title, r.first_date, r.last_date, CAST(sum(v.expected) AS BIGINT) AS expected,
       CAST(sum(v.received) AS BIGINT) AS received, 100.0 * sum(v.received) / nullif(sum(v.expected), 0) AS coverage_pct
FROM scoped.coverage_day AS v
JOIN reach AS r ON r.table_name = v.table_name AND v.jst_date BETWEEN r.first_date AND r.last_date
JOIN scoped.dim_fact AS f ON f.table_name = v.table_name
GROUP BY v.table_name, f.title, r.first_date, r.last_date
ORDER BY v.table_name DESC
