-- 同じ検知が二度数えられていないこと（判定した検知が、未判断の検知としても残っていないこと）
SELECT jst_month, event_no, count(*) AS n
FROM security_event
GROUP BY jst_month, event_no
HAVING count(*) > 1
UNION ALL
SELECT u.jst_month, u.event_no, 2
FROM security_event AS u
JOIN security_event AS j ON j.sensor_event_id = u.sensor_event_id AND j.judged_jst IS NOT NULL
    AND abs(date_diff('day', j.detected_jst, u.detected_jst)) <= 28
WHERE u.judged_jst IS NULL
