-- 同じ検知が二度数えられていないこと
SELECT jst_month, event_no, count(*) AS n
FROM security_event
GROUP BY jst_month, event_no
HAVING count(*) > 1
