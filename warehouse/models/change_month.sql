-- one row per month in which changes were requested, tenant and kind of change
-- title: 設定変更（月）
-- keys: jst_month, tenant_code, change_kind
-- inputs: change_request
-- partition: none
-- identities: approved_before <= approval_needed <= executed <= requested; backed_up <= executed; completed <= requested [ratios_within_bounds]
-- approval_needed counts executed changes that are not minor; approved_before those approved before they were executed;
-- backed_up counts executed changes whose device holds at least two generations (specification 11(7)カ).
SELECT jst_month, tenant_code, change_kind, CAST(count(*) AS BIGINT) AS requested,
       CAST(count(completed_at) AS BIGINT) AS completed,
       CAST(count(CASE WHEN NOT minor AND executed_at IS NOT NULL THEN 1 END) AS BIGINT) AS approval_needed,
       CAST(count(CASE WHEN NOT minor AND executed_at IS NOT NULL AND approved_at <= executed_at THEN 1 END) AS BIGINT)
           AS approved_before,
       CAST(count(executed_at) AS BIGINT) AS executed,
       CAST(count(CASE WHEN executed_at IS NOT NULL AND backup_generations >= 2 THEN 1 END) AS BIGINT) AS backed_up
FROM change_request
GROUP BY jst_month, tenant_code, change_kind
