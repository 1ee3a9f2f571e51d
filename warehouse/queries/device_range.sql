-- one row per device and metric over any run of days
-- p95_value is that of the 5-minute values of these days (nearest rank), NULL where some of them are no longer kept;
-- name and design limit are those of the last of the days on which the metric is monitored.
WITH days AS (
    SELECT d.device_id, d.metric, sum(d.sum_value) AS sum_value, max(d.max_value) AS max_value, sum(d.expected) AS expected,
           sum(d.received) AS received
    FROM scoped.device_day AS d
    WHERE d.jst_date BETWEEN $first_date AND $last_date
    GROUP BY d.device_id, d.metric
),
samples AS (
    SELECT device_id, metric, count(*) AS kept, percentile_disc(0.95) WITHIN GROUP (ORDER BY value) AS p95_value
    FROM scoped.device_sample
    WHERE jst_date BETWEEN $first_date AND $last_date
    GROUP BY device_id, metric
),
device AS (
    SELECT device_id, name, sort_order
    FROM scoped.dim_device
    WHERE valid_from <= $last_date AND valid_to >= $first_date
    QUALIFY row_number() OVER (PARTITION BY device_id ORDER BY valid_from DESC) = 1
),
metric AS (
    SELECT device_id, metric, name, unit, CAST(design_limit AS DOUBLE) AS design_limit, sort_order
    FROM scoped.dim_device_metric
    WHERE valid_from <= $last_date AND valid_to >= $first_date
    QUALIFY row_number() OVER (PARTITION BY device_id, metric ORDER BY valid_from DESC) = 1
),
measured AS (
    SELECT d.device_id, d.metric, CAST(d.sum_value AS DOUBLE) / nullif(d.received, 0) AS avg_value,
           CASE WHEN s.kept = d.received THEN CAST(s.p95_value AS DOUBLE) END AS p95_value,
           CAST(d.max_value AS DOUBLE) AS max_value, 100.0 * d.received / nullif(d.expected, 0) AS coverage_pct
    FROM days AS d
    LEFT JOIN samples AS s ON s.device_id = d.device_id AND s.metric = d.metric
)
SELECT m.device_id, v.name, m.metric, x.name AS metric_name, x.unit, m.avg_value, m.p95_value, m.max_value, x.design_limit,
       100 * m.p95_value / nullif(x.design_limit, 0) AS p95_design_pct,
       100 * m.max_value / nullif(x.design_limit, 0) AS max_design_pct, m.coverage_pct
FROM measured AS m
JOIN device AS v ON v.device_id = m.device_id
JOIN metric AS x ON x.device_id = m.device_id AND x.metric = m.metric
ORDER BY v.sort_order, m.device_id, x.sort_order
