-- 内数が全体を超えていないこと（期限内回答、未完了、承認、バックアップ、遮断、超過、到着、開庁日、稼働時間）
SELECT 'ticket_month' AS mart, jst_month, tenant_code AS entity FROM ticket_month WHERE in_time > due OR due > received
UNION ALL
SELECT 'ticket_open_month', jst_month, tenant_code FROM ticket_open_month
WHERE over_30 > over_10 OR over_10 > open_tickets
UNION ALL
SELECT 'change_month', jst_month, tenant_code FROM change_month
WHERE approved_before > approval_needed OR approval_needed > executed OR backed_up > executed OR executed > requested
   OR completed > requested
UNION ALL
SELECT 'security_day', jst_month, tenant_code FROM security_day WHERE blocked > n
UNION ALL
SELECT 'signature_month', jst_month, tenant_code FROM signature_month WHERE blocked > n
UNION ALL
SELECT 'security_whole', jst_month, source FROM security_whole WHERE blocked > n
UNION ALL
SELECT 'line_day', jst_month, line_id FROM line_day WHERE over_guaranteed > received
UNION ALL
SELECT 'arrival_count', jst_month, feed FROM arrival_count WHERE received > records
UNION ALL
SELECT 'calendar_month', jst_month, NULL FROM calendar_month WHERE open_days > days
UNION ALL
-- Each part is rounded to four digits: together they may exceed a whole by that much.
SELECT 'service_month', jst_month, service_id FROM service_month
WHERE planned_minutes + unplanned_minutes + coalesce(excluded_minutes, 0) > service_minutes + 0.001
   OR unplanned_minutes < 0 OR planned_minutes < 0 OR excluded_minutes < 0
