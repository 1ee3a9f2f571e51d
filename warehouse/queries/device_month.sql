-- one row per device and metric of the month
SELECT m.device_id, d.name, m.metric, x.name AS metric_name, x.unit,
       CAST(m.sum_value AS DOUBLE) / nullif(m.received, 0) AS avg_value, CAST(m.p95_value AS DOUBLE) AS p95_value,
       CAST(m.max_value AS DOUBLE) AS max_value, CAST(m.design_limit AS DOUBLE) AS design_limit,
       100.0 * CAST(m.p95_value AS DOUBLE) / nullif(CAST(m.design_limit AS DOUBLE), 0) AS p95_design_pct,
       100.0 * CAST(m.max_value AS DOUBLE) / nullif(CAST(m.design_limit AS DOUBLE), 0) AS max_design_pct,
       100.0 * m.received / nullif(m.expected, 0) AS coverage_pct,
       d.sort_order * 1000 + x.sort_order AS sort_order
FROM scoped.device_month AS m
JOIN scoped.calendar_month AS c ON c.jst_month = m.jst_month
JOIN scoped.dim_device AS d ON d.device_id = m.device_id AND c.last_date BETWEEN d.valid_from AND d.valid_to
JOIN scoped.dim_device_metric AS x
    ON x.device_id = m.device_id AND x.metric = m.metric AND c.last_date BETWEEN x.valid_from AND x.valid_to
WHERE m.jst_month = $month
ORDER BY d.sort_order, x.sort_order
