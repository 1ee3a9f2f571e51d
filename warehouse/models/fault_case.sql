-- one row per fault, with its durations
-- title: 障害
-- keys: fault_no
-- inputs: fault
-- partition: none
-- identities: jst_date = the day of detected_jst; start_minutes, restore_minutes are NULL = started_jst, restored_jst are NULL [dates_match_times]
-- column status: 状態｜｜障害の対応の状態｜fault_status
-- start_minutes: detected to started; restore_minutes: detected to fully restored (NULL while open). Times naive JST.
WITH lasting AS (
    SELECT *, date_trunc('second', started_at) - date_trunc('second', detected_at) AS to_start,
           date_trunc('second', restored_at) - date_trunc('second', detected_at) AS to_restore
    FROM fault
)
SELECT fault_no, title, service_id, jst_month, jst_date, cause_kind, boundary, affected, affected_users, measures, status,
       occurred_at + INTERVAL 9 HOUR AS occurred_jst, detected_at + INTERVAL 9 HOUR AS detected_jst,
       started_at + INTERVAL 9 HOUR AS started_jst, temporary_restored_at + INTERVAL 9 HOUR AS temporary_restored_jst,
       restored_at + INTERVAL 9 HOUR AS restored_jst,
       CAST(extract(DAY FROM to_start) * 1440 + extract(HOUR FROM to_start) * 60 + extract(MINUTE FROM to_start)
            + extract(SECOND FROM to_start) / 60 AS DECIMAL(18,4)) AS start_minutes,
       CAST(extract(DAY FROM to_restore) * 1440 + extract(HOUR FROM to_restore) * 60 + extract(MINUTE FROM to_restore)
            + extract(SECOND FROM to_restore) / 60 AS DECIMAL(18,4)) AS restore_minutes
FROM lasting
