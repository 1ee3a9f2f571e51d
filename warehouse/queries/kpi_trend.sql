-- one row per month, KPI, grain and entity
SELECT period_id AS jst_month, kpi_id, grain, entity, value, coverage_pct, judgement
FROM scoped.kpi_result
WHERE kind = 'month' AND kpi_id = $kpi_id AND period_id BETWEEN $from_month AND $to_month
ORDER BY period_id, grain, entity
