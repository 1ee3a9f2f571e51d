-- one row per month of the calendar
-- title: 暦（月）
-- keys: jst_month
-- inputs: dim_date
-- partition: none
-- identities: days = last_date - first_date + 1 [dates_match_times]; open_days <= days [ratios_within_bounds]
SELECT jst_month, min(jst_date) AS first_date, max(jst_date) AS last_date, CAST(count(*) AS BIGINT) AS days,
       CAST(count(CASE WHEN is_open_day THEN 1 END) AS BIGINT) AS open_days
FROM dim_date
GROUP BY jst_month
