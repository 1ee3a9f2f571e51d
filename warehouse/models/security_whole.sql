-- one row per month, source and severity of detections over everybody, without the name or code of anyone
-- title: 検知件数の全体値
-- keys: jst_month, source, severity
-- inputs: security_day(month), soc_total(month)
-- partition: jst_month
-- identities: n of the source cloud = rows of security_event [detections_add_up]; blocked <= n [ratios_within_bounds]
-- column source: 範囲｜｜centre 監視センター全体、cloud 本県の全接続団体
-- column bodies: 団体数｜団体｜検知のあった接続団体の数（監視センター全体では空欄）
-- source: centre (all customers of the SOC, as it tells) or cloud (all connected bodies, what belongs to none included).
-- severity is NULL while not judged.  A single body reads these sums: where fewer than five bodies had detections in
-- the month, n and blocked are NULL (is_suppressed), for what is left of a sum after one's own share would be a
-- neighbour's.
WITH bodies AS (
    SELECT jst_month, count(DISTINCT tenant_code) AS bodies FROM security_day WHERE tenant_code <> 'unknown' GROUP BY jst_month
),
summed AS (
    SELECT jst_month, severity, sum(n) AS n, sum(blocked) AS blocked FROM security_day GROUP BY jst_month, severity
)
SELECT s.jst_month, 'cloud' AS source, s.severity, CAST(coalesce(b.bodies, 0) AS BIGINT) AS bodies,
       coalesce(b.bodies, 0) < 5 AS is_suppressed, CASE WHEN b.bodies >= 5 THEN CAST(s.n AS BIGINT) END AS n,
       CASE WHEN b.bodies >= 5 THEN CAST(s.blocked AS BIGINT) END AS blocked
FROM summed AS s
LEFT JOIN bodies AS b ON b.jst_month = s.jst_month
UNION ALL
SELECT jst_month, 'centre', severity, NULL, FALSE, CAST(n AS BIGINT), NULL
FROM soc_total
