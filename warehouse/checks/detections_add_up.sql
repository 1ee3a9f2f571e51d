-- 検知の日計、シグネチャ別の月計および全体値が、検知の件数と一致すること
WITH events AS (
    SELECT jst_month, tenant_code, count(*) AS n, count(CASE WHEN blocked THEN 1 END) AS blocked
    FROM security_event
    GROUP BY jst_month, tenant_code
),
days AS (
    SELECT jst_month, tenant_code, sum(n) AS n, sum(blocked) AS blocked FROM security_day GROUP BY jst_month, tenant_code
),
signatures AS (
    SELECT jst_month, tenant_code, sum(n) AS n, sum(blocked) AS blocked FROM signature_month
    GROUP BY jst_month, tenant_code
)
SELECT e.jst_month, e.tenant_code, e.n, d.n AS day_n, s.n AS signature_n
FROM events AS e
LEFT JOIN days AS d ON d.jst_month = e.jst_month AND d.tenant_code = e.tenant_code
LEFT JOIN signatures AS s ON s.jst_month = e.jst_month AND s.tenant_code = e.tenant_code
WHERE e.n IS DISTINCT FROM d.n OR e.n IS DISTINCT FROM s.n OR e.blocked IS DISTINCT FROM d.blocked
   OR e.blocked IS DISTINCT FROM s.blocked
UNION ALL
SELECT e.jst_month, NULL, e.n, w.n, NULL
FROM (SELECT jst_month, sum(n) AS n, sum(blocked) AS blocked FROM events GROUP BY jst_month) AS e
LEFT JOIN (SELECT jst_month, sum(n) AS n, sum(blocked) AS blocked FROM security_whole
           WHERE source = 'cloud' AND NOT is_suppressed GROUP BY jst_month) AS w
    ON w.jst_month = e.jst_month
WHERE (e.n IS DISTINCT FROM w.n OR e.blocked IS DISTINCT FROM w.blocked)
  AND e.jst_month NOT IN (SELECT jst_month FROM security_whole WHERE is_suppressed)
