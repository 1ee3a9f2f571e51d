-- 内数が全体を超えていないこと（期限内回答、承認、バックアップ、遮断、稼働時間）
SELECT 'ticket_month' AS mart, jst_month, tenant_code AS entity FROM ticket_month WHERE in_time > due OR due > received
UNION ALL
SELECT 'change_month', jst_month, tenant_code FROM change_month
WHERE approved_before > approval_needed OR backed_up > executed OR completed > requested
UNION ALL
SELECT 'security_day', jst_month, tenant_code FROM security_day WHERE blocked > n
UNION ALL
SELECT 'service_month', jst_month, service_id FROM service_month
WHERE planned_minutes + unplanned_minutes > service_minutes OR unplanned_minutes < 0 OR planned_minutes < 0
