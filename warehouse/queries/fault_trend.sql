-- one row per covered month: faults detected in it (K05-K07); minutes from detection
SELECT period_id AS jst_month, CAST(max(CASE WHEN kpi_id = 'K07' THEN numerator END) AS BIGINT) AS n,
       CAST(max(CASE WHEN kpi_id = 'K07.inside' THEN numerator END) AS BIGINT) AS n_inside,
       CAST(max(CASE WHEN kpi_id = 'K07.outside' THEN numerator END) AS BIGINT) AS n_outside,
       max(CASE WHEN kpi_id = 'K06' THEN value END) AS mean_restore_minutes,
       max(CASE WHEN kpi_id = 'K06.median' THEN value END) AS median_restore_minutes,
       max(CASE WHEN kpi_id = 'K06.max' THEN value END) AS max_restore_minutes,
       max(CASE WHEN kpi_id = 'K05' THEN value END) AS mean_start_minutes
FROM scoped.kpi_value
WHERE kind = 'month' AND kpi_id IN ('K05', 'K06', 'K06.median', 'K06.max', 'K07', 'K07.inside', 'K07.outside') AND grain = 'all' AND received > 0
  AND period_id BETWEEN $from_month AND $to_month
GROUP BY period_id
ORDER BY period_id
