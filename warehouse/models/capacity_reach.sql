-- one row per month, line or device, metric and threshold in percent of the limit
-- title: 容量の到達見込み
-- keys: jst_month, grain, entity, metric, threshold_pct
-- inputs: capacity_trend(month)
-- partition: jst_month
-- identities: months_low <= months_left <= months_high where known [trends_within_bounds]
-- months_left: whole months from this month until the line has reached the threshold, 0 when it has; NULL where nothing
-- points there within 60 months (見込みなし).  months_low by the steeper line, months_high by the flatter one.  The noise of
-- binary fractions (beyond the sixth decimal) makes no month more.
WITH threshold AS (
    SELECT 70 AS threshold_pct UNION ALL SELECT 90 UNION ALL SELECT 100
),
measured AS (
    SELECT t.jst_month, t.grain, t.entity, t.metric, t.state, h.threshold_pct, t.limit_value * h.threshold_pct / 100 AS goal,
           t.fit_value, t.fit_low, t.fit_high, t.slope, t.slope_low, t.slope_high
    FROM capacity_trend AS t
    CROSS JOIN threshold AS h
    WHERE t.state <> 'short'
),
steps AS (
    SELECT jst_month, grain, entity, metric, state, threshold_pct,
           CASE WHEN fit_value >= goal THEN 0
                WHEN state = 'rising' THEN ceil(round((goal - fit_value) / nullif(slope, 0), 6)) END AS middle,
           CASE WHEN fit_high >= goal OR fit_value >= goal THEN 0
                WHEN state = 'rising' THEN ceil(round((goal - fit_high) / nullif(slope_high, 0), 6)) END AS soonest,
           CASE WHEN fit_low >= goal AND fit_value >= goal THEN 0
                WHEN state = 'rising' THEN ceil(round((goal - fit_low) / nullif(slope_low, 0), 6)) END AS latest
    FROM measured
)
SELECT jst_month, grain, entity, metric, threshold_pct, state,
       CASE WHEN middle <= 60 THEN CAST(middle AS BIGINT) END AS months_left,
       CASE WHEN middle <= 60 THEN CAST(least(soonest, middle) AS BIGINT) END AS months_low,
       CASE WHEN middle <= 60 AND latest <= 60 THEN CAST(greatest(latest, middle) AS BIGINT) END AS months_high
FROM steps
