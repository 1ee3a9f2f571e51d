-- one row per month that an outage ledger covers: availability over all services (K01), minutes of unplanned stops (K02)
SELECT period_id AS jst_month, max(CASE WHEN kpi_id = 'K01' THEN value END) AS availability_pct,
       max(CASE WHEN kpi_id = 'K02' THEN value END) AS unplanned_minutes
FROM scoped.kpi_value
WHERE kind = 'month' AND kpi_id IN ('K01', 'K02') AND grain = 'all' AND received > 0
  AND period_id BETWEEN $from_month AND $to_month
GROUP BY period_id
ORDER BY period_id
