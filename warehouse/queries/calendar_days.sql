-- one row per day of the calendar
SELECT jst_date, is_open_day, closed_reason, holidays_known
FROM scoped.dim_date
ORDER BY jst_date
