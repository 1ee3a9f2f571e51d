-- one row per reporting period and series of regular samples
-- title: 95パーセンタイル（期間）
-- keys: period_id, table_name, entity, series
-- inputs: month_percentile(period), long_percentile(period), period_month(period)
-- partition: period
-- identities: p95_value <= max_value [percentiles_below_maximum]
-- value of a body in bytes per 5 minutes, of lines and groups in bit/s, of devices in the metric's unit.
SELECT p.period_id, m.table_name, m.entity, m.series, m.tenant_code, m.samples, m.p95_value, m.max_value
FROM month_percentile AS m
JOIN period_month AS p ON p.jst_month = m.jst_month AND p.kind = 'month'
UNION ALL
SELECT period_id, table_name, entity, series, tenant_code, samples, p95_value, max_value FROM long_percentile
