-- one row per body and endpoint among those most often identified as the origin of detections in the days
-- endpoints and identified: how many of them, and of their detections, the body has in all.
WITH counted AS (
    SELECT tenant_code, endpoint, count(*) AS n, count(CASE WHEN blocked THEN 1 END) AS blocked,
           max(severity) AS max_severity, max(jst_date) AS last_detected_date
    FROM scoped.security_event
    WHERE jst_date BETWEEN $first_date AND $last_date AND endpoint IS NOT NULL
    GROUP BY tenant_code, endpoint
),
ranked AS (
    SELECT *, row_number() OVER (PARTITION BY tenant_code ORDER BY n DESC, max_severity DESC NULLS LAST, endpoint) AS rank,
           count(*) OVER (PARTITION BY tenant_code) AS endpoints, sum(n) OVER (PARTITION BY tenant_code) AS identified
    FROM counted
)
SELECT r.tenant_code, CAST(r.rank AS INTEGER) AS rank, r.endpoint, CAST(r.n AS BIGINT) AS n, CAST(r.blocked AS BIGINT) AS blocked,
       r.max_severity, coalesce(s.name, '未判断') AS severity_name, r.last_detected_date,
       CAST(r.endpoints AS BIGINT) AS endpoints, CAST(r.identified AS BIGINT) AS identified
FROM ranked AS r
LEFT JOIN scoped.dim_severity AS s
    ON s.severity = r.max_severity AND r.last_detected_date BETWEEN s.valid_from AND s.valid_to
WHERE r.rank <= $limit
ORDER BY r.tenant_code, r.rank
