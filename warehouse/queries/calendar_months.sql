-- one row per month: days and open days (開庁日)
SELECT jst_month, days, open_days
FROM scoped.calendar_month
WHERE jst_month BETWEEN $from_month AND $to_month
ORDER BY jst_month
