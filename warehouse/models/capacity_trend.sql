-- one row per month, line or device, and metric, with the trend of the months up to it
-- title: 容量の傾向（月）
-- keys: jst_month, grain, entity, metric
-- inputs: line_month(month-35..0), device_month(month-35..0), wanted_month
-- partition: jst_month
-- identities: slope_low <= slope <= slope_high [trends_within_bounds]
-- Monthly 95th percentiles (lines: the larger direction) of at most 36 months that are nearly whole.  Slope per month:
-- Theil-Sen, the median of the slopes of all pairs of months, which single odd months do not bend; slope_low and
-- slope_high are the ends of its 80 % interval (Sen 1968, normal approximation of Kendall's S).  The line runs through the
-- median of what is left.  state: short (fewer than 12 months), flat (even the interval's lower end does not rise), rising.
-- fit_value: where the line stands in this month; *_low, *_high: the lines of slope_low and slope_high.
WITH monthly AS (
    SELECT 'line' AS grain, line_id AS entity, 'p95_bps' AS metric, jst_month, CAST(max(p95_bps) AS DOUBLE) AS value,
           CAST(max(guaranteed_bps) AS DOUBLE) AS limit_value
    FROM line_month
    WHERE p95_bps IS NOT NULL AND guaranteed_bps IS NOT NULL AND expected >= 8000 AND received * 2 >= expected
    GROUP BY line_id, jst_month
    UNION ALL
    SELECT 'device', device_id, metric, jst_month, CAST(p95_value AS DOUBLE), CAST(design_limit AS DOUBLE)
    FROM device_month
    WHERE p95_value IS NOT NULL AND design_limit IS NOT NULL AND expected >= 8000 AND received * 2 >= expected
),
placed AS (
    SELECT grain, entity, metric, jst_month, value, limit_value,
           CAST(substr(jst_month, 1, 4) AS BIGINT) * 12 + CAST(substr(jst_month, 6, 2) AS BIGINT) AS x
    FROM monthly
),
present AS (
    SELECT p.grain, p.entity, p.metric, p.jst_month, p.x AS x_now, p.value, p.limit_value
    FROM placed AS p
    JOIN wanted_month AS m ON m.jst_month = p.jst_month
),
history AS (
    SELECT n.jst_month, n.grain, n.entity, n.metric, h.x - n.x_now AS x, h.value
    FROM present AS n
    JOIN placed AS h
        ON h.grain = n.grain AND h.entity = n.entity AND h.metric = n.metric AND h.x BETWEEN n.x_now - 35 AND n.x_now
),
pair AS (
    SELECT a.jst_month, a.grain, a.entity, a.metric, (b.value - a.value) / nullif(b.x - a.x, 0) AS slope, a.x AS x_from, b.x AS x_to
    FROM history AS a
    JOIN history AS b
        ON b.jst_month = a.jst_month AND b.grain = a.grain AND b.entity = a.entity AND b.metric = a.metric AND b.x > a.x
),
sized AS (
    SELECT jst_month, grain, entity, metric, count(*) AS months,
           1.2816 * sqrt(CAST(count(*) * (count(*) - 1) * (2 * count(*) + 5) AS DOUBLE) / 18) AS spread,
           CAST(count(*) * (count(*) - 1) AS DOUBLE) / 2 AS pairs
    FROM history
    GROUP BY jst_month, grain, entity, metric
),
ordered AS (
    SELECT p.jst_month, p.grain, p.entity, p.metric, p.slope,
           row_number() OVER (PARTITION BY p.jst_month, p.grain, p.entity, p.metric
                              ORDER BY p.slope NULLS LAST, p.x_from NULLS LAST, p.x_to NULLS LAST) AS place
    FROM pair AS p
),
slopes AS (
    SELECT s.jst_month, s.grain, s.entity, s.metric, s.months,
           (max(CASE WHEN o.place = floor((s.pairs + 1) / 2) THEN o.slope END)
            + max(CASE WHEN o.place = floor((s.pairs + 2) / 2) THEN o.slope END)) / 2 AS slope,
           max(CASE WHEN o.place = greatest(floor((s.pairs - s.spread) / 2), 1) THEN o.slope END) AS slope_low,
           max(CASE WHEN o.place = least(ceil((s.pairs + s.spread) / 2) + 1, s.pairs) THEN o.slope END) AS slope_high
    FROM sized AS s
    LEFT JOIN ordered AS o
        ON o.jst_month = s.jst_month AND o.grain = s.grain AND o.entity = s.entity AND o.metric = s.metric
    GROUP BY s.jst_month, s.grain, s.entity, s.metric, s.months
),
fitted AS (
    SELECT l.jst_month, l.grain, l.entity, l.metric,
           CAST(percentile_cont(0.5) WITHIN GROUP (ORDER BY h.value - l.slope * h.x) AS DECIMAL(20,2)) AS fit_value,
           CAST(percentile_cont(0.5) WITHIN GROUP (ORDER BY h.value - l.slope_low * h.x) AS DECIMAL(20,2)) AS fit_low,
           CAST(percentile_cont(0.5) WITHIN GROUP (ORDER BY h.value - l.slope_high * h.x) AS DECIMAL(20,2)) AS fit_high
    FROM slopes AS l
    JOIN history AS h
        ON h.jst_month = l.jst_month AND h.grain = l.grain AND h.entity = l.entity AND h.metric = l.metric
    GROUP BY l.jst_month, l.grain, l.entity, l.metric
)
SELECT n.jst_month, n.grain, n.entity, n.metric, CAST(s.months AS BIGINT) AS months,
       CAST(n.value AS DECIMAL(20,2)) AS value, CAST(n.limit_value AS DECIMAL(20,2)) AS limit_value,
       CAST(s.slope AS DECIMAL(20,4)) AS slope, CAST(s.slope_low AS DECIMAL(20,4)) AS slope_low,
       CAST(s.slope_high AS DECIMAL(20,4)) AS slope_high, f.fit_value, f.fit_low, f.fit_high,
       CASE WHEN s.months < 12 THEN 'short' WHEN s.slope_low > 0 THEN 'rising' ELSE 'flat' END AS state
FROM present AS n
JOIN slopes AS s ON s.jst_month = n.jst_month AND s.grain = n.grain AND s.entity = n.entity AND s.metric = n.metric
JOIN fitted AS f ON f.jst_month = n.jst_month AND f.grain = n.grain AND f.entity = n.entity AND f.metric = n.metric
