-- one row per JST day, device and metric of the days; average and maximum NULL on a day without samples
SELECT d.jst_date, d.device_id, v.name, d.metric, x.name AS metric_name, x.unit,
       CAST(d.sum_value AS DOUBLE) / nullif(d.received, 0) AS avg_value, CAST(d.max_value AS DOUBLE) AS max_value,
       CAST(x.design_limit AS DOUBLE) AS design_limit,
       100 * CAST(d.max_value AS DOUBLE) / nullif(CAST(x.design_limit AS DOUBLE), 0) AS max_design_pct,
       d.expected, d.received
FROM scoped.device_day AS d
JOIN scoped.dim_device AS v ON v.device_id = d.device_id AND d.jst_date BETWEEN v.valid_from AND v.valid_to
JOIN scoped.dim_device_metric AS x
    ON x.device_id = d.device_id AND x.metric = d.metric AND d.jst_date BETWEEN x.valid_from AND x.valid_to
WHERE d.jst_date BETWEEN $first_date AND $last_date
ORDER BY d.jst_date, v.sort_order, x.sort_order
