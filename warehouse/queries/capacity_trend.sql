-- one row per month of the (at most 36) months behind the trend of one line, as seen from $month
-- value is the month's own 95th percentile (larger direction); the trend's line and its range are the same in every row.
SELECT h.jst_month, h.entity AS line_id, CAST(h.value AS DOUBLE) AS value, CAST(t.limit_value AS DOUBLE) AS limit_value,
       t.state, t.months, CAST(t.slope AS DOUBLE) AS slope, CAST(t.slope_low AS DOUBLE) AS slope_low,
       CAST(t.slope_high AS DOUBLE) AS slope_high, CAST(t.fit_value AS DOUBLE) AS fit_value, CAST(t.fit_low AS DOUBLE) AS fit_low,
       CAST(t.fit_high AS DOUBLE) AS fit_high
FROM scoped.capacity_trend AS t
JOIN scoped.capacity_trend AS h
    ON h.grain = t.grain AND h.entity = t.entity AND h.metric = t.metric AND h.jst_month <= t.jst_month
    AND CAST(substr(h.jst_month, 1, 4) AS BIGINT) * 12 + CAST(substr(h.jst_month, 6, 2) AS BIGINT)
        > CAST(substr(t.jst_month, 1, 4) AS BIGINT) * 12 + CAST(substr(t.jst_month, 6, 2) AS BIGINT) - 36
WHERE t.grain = 'line' AND t.entity = $line_id AND t.metric = 'p95_bps' AND t.jst_month = $month
ORDER BY h.jst_month
