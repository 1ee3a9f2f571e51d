-- one row per JST day, device and metric, for every day on which the metric is monitored
-- title: 機器負荷（日）
-- keys: jst_date, device_id, metric
-- inputs: device_sample(month), dim_date(month), dim_device_metric, as_of
-- partition: jst_month
-- identities: received <= expected [coverage_within_bounds]; max_value <= sum_value [peaks_within_bounds]
-- expected counts the 5-minute slots up to the end of the data.
WITH samples AS (
    SELECT jst_date, device_id, metric, CAST(sum(value) AS DECIMAL(38,6)) AS sum_value, max(value) AS max_value,
           count(*) AS received
    FROM device_sample
    GROUP BY jst_date, device_id, metric
)
SELECT d.jst_month, d.jst_date, m.device_id, m.metric, s.sum_value, s.max_value,
       CAST(CASE WHEN d.jst_date < a.as_of_date THEN 288 WHEN d.jst_date = a.as_of_date THEN floor(a.as_of_minute / 5)
                 ELSE 0 END AS BIGINT) AS expected,
       CAST(coalesce(s.received, 0) AS BIGINT) AS received
FROM dim_date AS d
JOIN dim_device_metric AS m ON d.jst_date BETWEEN m.valid_from AND m.valid_to
CROSS JOIN as_of AS a
LEFT JOIN samples AS s ON s.jst_date = d.jst_date AND s.device_id = m.device_id AND s.metric = m.metric
