-- one row per device and metric of a reporting period, with the judgement of the KPI that asks for it (K18, K19)
-- avg_value from the sums of its months, p95_value over the whole period, design_limit the last one of the period.
WITH measured AS (
    SELECT m.device_id, m.metric, CAST(sum(m.sum_value) AS DOUBLE) / nullif(sum(m.received), 0) AS avg_value,
           CAST(max(m.max_value) AS DOUBLE) AS max_value, CAST(max_by(m.design_limit, m.jst_month) AS DOUBLE) AS design_limit,
           100.0 * sum(m.received) / nullif(sum(m.expected), 0) AS coverage_pct
    FROM scoped.device_month AS m
    JOIN scoped.period_month AS p ON p.period_id = $period AND p.jst_month = m.jst_month
    GROUP BY m.device_id, m.metric
)
SELECT m.device_id, e.name, m.metric, x.name AS metric_name, x.unit, m.avg_value, CAST(q.p95_value AS DOUBLE) AS p95_value,
       m.max_value, m.design_limit, 100 * CAST(q.p95_value AS DOUBLE) / nullif(m.design_limit, 0) AS p95_design_pct,
       100 * m.max_value / nullif(m.design_limit, 0) AS max_design_pct, m.coverage_pct, v.kpi_id, v.judgement
FROM measured AS m
JOIN scoped.reporting_period AS r ON r.period_id = $period
JOIN scoped.period_entity AS e ON e.period_id = r.period_id AND e.grain = 'device' AND e.entity = m.device_id
JOIN scoped.dim_device_metric AS x
    ON x.device_id = m.device_id AND x.metric = m.metric AND x.valid_from <= r.through_date AND x.valid_to >= r.first_date
LEFT JOIN scoped.percentile AS q
    ON q.period_id = r.period_id AND q.table_name = 'device_sample' AND q.entity = m.device_id AND q.series = m.metric
LEFT JOIN scoped.kpi_result AS v
    ON v.period_id = r.period_id AND v.grain = 'device' AND v.entity = m.device_id
    AND v.kpi_id = CASE m.metric WHEN 'cpu_pct' THEN 'K18' WHEN 'sessions' THEN 'K19' END
QUALIFY row_number() OVER (PARTITION BY m.device_id, m.metric ORDER BY x.valid_from DESC) = 1
ORDER BY e.sort_order, m.device_id, x.sort_order
