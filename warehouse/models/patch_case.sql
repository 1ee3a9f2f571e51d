-- one row per vulnerability and device that it concerns, with the JST days of plan and application
-- title: パッチの計画と適用
-- keys: patch_id, device_id
-- inputs: patch
-- partition: none
-- identities: none (days of the ledger as they are)
-- column status: 状態｜｜適用の状態｜patch_status
SELECT patch_id, device_id, title, impact, status, time_band, CAST(published_at + INTERVAL 9 HOUR AS DATE) AS published_date,
       CAST(planned_at + INTERVAL 9 HOUR AS DATE) AS planned_date, CAST(applied_at + INTERVAL 9 HOUR AS DATE) AS applied_date,
       reason
FROM patch
