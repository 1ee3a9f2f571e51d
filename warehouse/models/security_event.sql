-- one row per security event: every judged event, and every sensor alert that is not judged yet
-- title: セキュリティ検知
-- keys: jst_month, event_no
-- inputs: judgement(month-1..+1), detection(month), wanted_month
-- partition: jst_month
-- identities: jst_date = the day of detected_jst; contact_minutes is NULL = notified_jst is NULL [dates_match_times]; rows per event_no <= 1 [events_are_unique]
-- column completed_jst: 対応完了時刻｜｜対応が完了した時刻（日本標準時）。空欄は対応中
-- column status: 対応状況｜｜事案の対応状況（SOCの記載）
-- severity is the SOC's judgement (0-3 or more), NULL while not judged (未判断); never the signature's own priority.
-- An alert and its judgement may lie on two sides of a month's end (the SOC notes its own time of detection): judgements
-- of the neighbouring months are looked at, too, so that the alert is counted once, in the month of its judgement.
-- contact_minutes run from judged to notified (specification 11(8)エ: within 15 minutes of the judgement). Times JST.
WITH judged AS (
    SELECT j.*, date_trunc('second', j.notified_at) - date_trunc('second', j.judged_at) AS to_contact
    FROM judgement AS j
    JOIN wanted_month AS m ON m.jst_month = j.jst_month
),
neighbour AS (
    SELECT m.jst_month, j.sensor_event_id, j.event_no
    FROM judgement AS j
    JOIN wanted_month AS m ON j.jst_month BETWEEN m.month_before AND m.month_after
)
SELECT jst_month, jst_date, jst_minute_of_week, event_no, sensor_event_id, tenant_code, function, signature_id,
       signature, direction, src_ip, dst_ip, src_country, severity, coalesce(blocked, FALSE) AS blocked, attack_result,
       endpoint, status,
       detected_at + INTERVAL 9 HOUR AS detected_jst, judged_at + INTERVAL 9 HOUR AS judged_jst,
       notified_at + INTERVAL 9 HOUR AS notified_jst, contact_means, blocked_at + INTERVAL 9 HOUR AS blocked_jst,
       completed_at + INTERVAL 9 HOUR AS completed_jst,
       CAST(extract(DAY FROM to_contact) * 1440 + extract(HOUR FROM to_contact) * 60 + extract(MINUTE FROM to_contact)
            + extract(SECOND FROM to_contact) / 60 AS DECIMAL(18,4)) AS contact_minutes,
       finding, recommended_check, recommended_action
FROM judged
UNION ALL
SELECT d.jst_month, d.jst_date, d.jst_minute_of_week, 'sensor:' || d.event_id || ':' || CAST(d.detected_at AS STRING),
       d.event_id, d.tenant_code, d.function, d.signature_id, d.signature, d.direction, d.src_ip, d.dst_ip, NULL, NULL,
       coalesce(d.blocked, FALSE), NULL, NULL, NULL, d.detected_at + INTERVAL 9 HOUR, NULL, NULL, NULL, NULL, NULL, NULL,
       NULL, NULL, NULL
FROM detection AS d
LEFT JOIN neighbour AS j ON j.sensor_event_id = d.event_id AND j.jst_month = d.jst_month
WHERE j.event_no IS NULL
