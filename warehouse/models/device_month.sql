-- one row per month, device and metric
-- title: 機器負荷（月）
-- keys: jst_month, device_id, metric
-- inputs: device_day(month), month_percentile(month), dim_device_metric
-- partition: jst_month
-- identities: sum_value, expected, received = sums of device_day; max_value = its maximum [lines_and_devices_add_up]
WITH sums AS (
    SELECT jst_month, device_id, metric, max(jst_date) AS last_date, CAST(sum(sum_value) AS DECIMAL(38,6)) AS sum_value,
           max(max_value) AS max_value, CAST(sum(expected) AS BIGINT) AS expected,
           CAST(sum(received) AS BIGINT) AS received
    FROM device_day
    GROUP BY jst_month, device_id, metric
)
SELECT s.jst_month, s.device_id, s.metric, s.sum_value, r.p95_value, s.max_value, m.design_limit, s.expected, s.received
FROM sums AS s
LEFT JOIN month_percentile AS r
    ON r.jst_month = s.jst_month AND r.table_name = 'device_sample' AND r.entity = s.device_id AND r.series = s.metric
JOIN dim_device_metric AS m
    ON m.device_id = s.device_id AND m.metric = s.metric AND s.last_date BETWEEN m.valid_from AND m.valid_to
