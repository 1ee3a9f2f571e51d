-- one row per fault, with its durations
-- title: 障害
-- keys: fault_no
-- inputs: fault
-- partition: none
-- start_minutes: detected to started; restore_minutes: detected to fully restored (NULL while open). Times naive JST.
SELECT fault_no, title, service_id, jst_month, jst_date, cause_kind, boundary, affected, affected_users, measures, status,
       occurred_at + INTERVAL 9 HOUR AS occurred_jst, detected_at + INTERVAL 9 HOUR AS detected_jst,
       started_at + INTERVAL 9 HOUR AS started_jst, temporary_restored_at + INTERVAL 9 HOUR AS temporary_restored_jst,
       restored_at + INTERVAL 9 HOUR AS restored_jst,
       CAST(date_diff('second', detected_at, started_at) / 60 AS DECIMAL(18,4)) AS start_minutes,
       CAST(date_diff('second', detected_at, restored_at) / 60 AS DECIMAL(18,4)) AS restore_minutes
FROM fault
