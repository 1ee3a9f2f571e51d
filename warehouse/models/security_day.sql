-- one row per JST day, tenant, function and severity with events
-- title: セキュリティ検知（日）
-- keys: jst_date, tenant_code, function, severity
-- inputs: security_event(month)
-- partition: jst_month
-- identities: blocked <= n [ratios_within_bounds]; sum of n = rows of security_event [detections_add_up]
-- column blocked: 遮断件数｜件｜うち遮断した件数
SELECT jst_month, jst_date, tenant_code, function, severity, CAST(count(*) AS BIGINT) AS n,
       CAST(count(CASE WHEN blocked THEN 1 END) AS BIGINT) AS blocked
FROM security_event
GROUP BY jst_month, jst_date, tenant_code, function, severity
