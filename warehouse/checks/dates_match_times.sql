-- 日付が時刻の日と、時間の長さが始まり・終わりの有無と合っていること
SELECT 'fault_case' AS mart, fault_no AS entity, jst_date
FROM fault_case
WHERE jst_date <> CAST(detected_jst AS DATE) OR (restored_jst IS NULL) <> (restore_minutes IS NULL)
   OR (started_jst IS NULL) <> (start_minutes IS NULL)
UNION ALL
SELECT 'security_event', event_no, jst_date
FROM security_event
WHERE jst_date <> CAST(detected_jst AS DATE) OR (notified_jst IS NULL) <> (contact_minutes IS NULL)
UNION ALL
SELECT 'event_attendance', event_no, jst_date
FROM event_attendance
WHERE jst_date <> CAST(starts_jst AS DATE)
UNION ALL
SELECT 'ticket_answer', ticket_no, jst_date
FROM ticket_answer
WHERE jst_date <> CAST(received_jst AS DATE) OR (answered_jst IS NULL AND business_minutes IS NOT NULL)
   OR (answer_state = 'waiting' AND answered_jst IS NOT NULL)
UNION ALL
SELECT 'ticket_history', ticket_no, CAST(first_jst AS DATE)
FROM ticket_history
WHERE first_jst > last_jst OR reopened >= updates OR (completed_jst IS NOT NULL AND status <> 'completed')
UNION ALL
SELECT 'arrival_gap', feed || ' ' || entity, CAST(from_jst AS DATE)
FROM arrival_gap
WHERE from_jst >= to_jst
UNION ALL
SELECT 'calendar_month', jst_month, first_date
FROM calendar_month
WHERE days <> date_diff('day', first_date, last_date) + 1
