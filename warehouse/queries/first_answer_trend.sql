-- one row per covered month of one KPI entity (the whole or a body): first answers of the tickets received in it
-- in_time_pct is K27, median_hours K28, p90_hours K28.p90 of the month; hours are business hours.
SELECT period_id AS jst_month, grain, entity, CAST(max(CASE WHEN kpi_id = 'K26' THEN numerator END) AS BIGINT) AS received,
       CAST(max(CASE WHEN kpi_id = 'K27' THEN denominator END) AS BIGINT) AS due,
       CAST(max(CASE WHEN kpi_id = 'K27' THEN numerator END) AS BIGINT) AS in_time,
       CAST(max(CASE WHEN kpi_id = 'K27' THEN denominator - numerator END) AS BIGINT) AS late,
       max(CASE WHEN kpi_id = 'K27' THEN value END) AS in_time_pct, max(CASE WHEN kpi_id = 'K27' THEN target END) AS target_pct,
       max(CASE WHEN kpi_id = 'K28' THEN value END) AS median_hours,
       max(CASE WHEN kpi_id = 'K28.p90' THEN value END) AS p90_hours
FROM scoped.kpi_result
WHERE kind = 'month' AND kpi_id IN ('K26', 'K27', 'K28', 'K28.p90') AND grain = $grain AND entity = $entity AND received > 0
  AND period_id BETWEEN $from_month AND $to_month
GROUP BY period_id, grain, entity
ORDER BY period_id
