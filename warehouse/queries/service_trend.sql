-- one row per month: availability over all services
SELECT jst_month, 100.0 * CAST(sum(service_minutes - planned_minutes - unplanned_minutes) AS DOUBLE)
           / nullif(CAST(sum(service_minutes - planned_minutes) AS DOUBLE), 0) AS availability_pct,
       CAST(sum(unplanned_minutes) AS DOUBLE) AS unplanned_minutes
FROM scoped.service_month
WHERE jst_month BETWEEN $from_month AND $to_month
GROUP BY jst_month
ORDER BY jst_month
