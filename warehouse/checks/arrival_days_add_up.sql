-- 到着状況の日計が、系列ごとの期待数の合計および日ごとの欠測区間と一致すること
-- by month
WITH slots AS (
    SELECT jst_date, feed, entity, sum(slots) AS slots FROM arrival_due GROUP BY jst_date, feed, entity
),
runs AS (
    SELECT jst_date, feed, entity, sum(missing) AS missing,
           count(CASE WHEN first_slot > last_slot OR missing <= 0 OR missing > expected THEN 1 END) AS wrong
    FROM arrival_gap_day
    GROUP BY jst_date, feed, entity
)
SELECT d.jst_date, d.feed, d.entity, d.expected, s.slots, d.received, coalesce(r.missing, 0) AS missing
FROM arrival_day AS d
LEFT JOIN slots AS s ON s.jst_date = d.jst_date AND s.feed = d.feed AND s.entity = d.entity
LEFT JOIN runs AS r ON r.jst_date = d.jst_date AND r.feed = d.feed AND r.entity = d.entity
WHERE d.unit = 'slot'
  AND (d.expected IS DISTINCT FROM s.slots OR d.expected - d.received <> coalesce(r.missing, 0) OR r.wrong > 0)
