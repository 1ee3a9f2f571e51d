-- one row when holidays are registered: the last of them
SELECT max(date) AS last_holiday
FROM scoped.dim_holiday
HAVING count(*) > 0
ORDER BY last_holiday
