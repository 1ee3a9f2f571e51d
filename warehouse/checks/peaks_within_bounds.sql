-- 95パーセンタイル値が最大値を、最大値が合計を超えていないこと
SELECT 'tenant_sample_day' AS mart, jst_month, tenant_code AS entity FROM tenant_sample_day WHERE max_bytes > bytes
UNION ALL
SELECT 'tenant_traffic_month', jst_month, tenant_code FROM tenant_traffic_month WHERE p95_bps > max_bps
UNION ALL
SELECT 'line_day', jst_month, line_id FROM line_day WHERE p95_bps > max_bps OR max_bps > sum_bps
UNION ALL
SELECT 'line_group_month', jst_month, group_id FROM line_group_month WHERE p95_bps > max_bps
UNION ALL
SELECT 'device_day', jst_month, device_id FROM device_day WHERE max_value > sum_value
