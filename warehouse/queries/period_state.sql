-- one row per reporting period of that name (one, or none where there is no number of it): how far its data reaches
SELECT period_id, name, first_date, last_date, through_date,
       through_date = last_date AND made_of = month_count AS is_complete, made_of, month_count
FROM scoped.reporting_period
WHERE period_id = $period
ORDER BY period_id
