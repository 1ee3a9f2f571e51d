-- one row per day of the week (0: Monday) and hour (JST) with detections in the days, over the bodies of the scope
SELECT CAST(jst_minute_of_week // 1440 AS INTEGER) AS weekday, CAST(jst_minute_of_week % 1440 // 60 AS INTEGER) AS hour,
       count(*) AS n, count(CASE WHEN blocked THEN 1 END) AS blocked
FROM scoped.security_event
WHERE jst_date BETWEEN $first_date AND $last_date
GROUP BY weekday, hour
ORDER BY weekday, hour
