-- one row per reporting period that has numbers, in order of kind and time
SELECT period_id, kind, name, first_date, last_date, through_date,
       through_date = last_date AND made_of = month_count AS is_complete, made_of, month_count, previous_id, last_year_id
FROM scoped.reporting_period
ORDER BY sort_order
