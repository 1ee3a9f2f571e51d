-- one row per month, tenant, signature and direction with events
-- title: シグネチャ別検知（月）
-- keys: jst_month, tenant_code, signature_id, signature, direction
-- inputs: security_event(month)
-- partition: jst_month
-- identities: blocked <= n [ratios_within_bounds]; sum of n = rows of security_event [detections_add_up]
-- column blocked: 遮断件数｜件｜うち遮断した件数
SELECT jst_month, tenant_code, signature_id, signature, direction, CAST(count(*) AS BIGINT) AS n,
       max(severity) AS max_severity, CAST(count(CASE WHEN blocked THEN 1 END) AS BIGINT) AS blocked
FROM security_event
GROUP BY jst_month, tenant_code, signature_id, signature, direction
