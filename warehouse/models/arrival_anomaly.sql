-- one row per feed, entity, JST day and measure whose amount is far from normal: suspicious, not wrong
-- title: 届いた量の異常
-- keys: jst_date, feed, entity, measure
-- inputs: arrival_day(month-2..0), dim_date(month-2..0), dim_feed, wanted_month, as_of
-- partition: jst_month
-- identities: 4 <= days <= 56; kind = 'low' where amount < normal, else 'high' [anomalies_are_founded]
-- column kind: 異常の種類｜｜平常より少ない又は多い｜anomaly_kind
-- column days: 比べた日数｜日｜平常の値の算出に用いた日の数
-- measure: records, or volume (bytes; sum of bit/s).  normal is the median of the same kind of day (open or closed) in
-- the eight weeks before, of at least four such days.  kind: low below minimum_share_pct of normal, high above
-- maximum_share_pct.  Where that share of normal is not even one record, nothing can be told.
WITH days AS (
    SELECT a.jst_month, a.jst_date, a.feed, a.entity, a.tenant_code, a.records, a.volume, d.day_number, d.is_open_day
    FROM arrival_day AS a
    JOIN dim_date AS d ON d.jst_date = a.jst_date
    JOIN as_of AS o ON a.jst_date < o.as_of_date
    WHERE a.unit <> 'month' AND a.state IN ('complete', 'partial')
),
measured AS (
    SELECT jst_month, jst_date, feed, entity, tenant_code, day_number, is_open_day, 'records' AS measure,
           records AS amount
    FROM days
    UNION ALL
    SELECT jst_month, jst_date, feed, entity, tenant_code, day_number, is_open_day, 'volume', volume
    FROM days
    WHERE volume IS NOT NULL
),
compared AS (
    SELECT t.jst_month, t.jst_date, t.feed, t.entity, t.tenant_code, t.measure, t.amount, count(*) AS days,
           CAST(percentile_cont(0.5) WITHIN GROUP (ORDER BY h.amount) AS DECIMAL(20,2)) AS normal
    FROM measured AS t
    JOIN wanted_month AS m ON m.jst_month = t.jst_month
    JOIN measured AS h
        ON h.feed = t.feed AND h.entity = t.entity AND h.measure = t.measure AND h.is_open_day = t.is_open_day
        AND h.day_number BETWEEN t.day_number - 56 AND t.day_number - 1
    GROUP BY t.jst_month, t.jst_date, t.feed, t.entity, t.tenant_code, t.measure, t.amount
    HAVING count(*) >= 4
)
SELECT c.jst_month, c.jst_date, c.feed, c.entity, c.tenant_code, c.measure,
       CASE WHEN c.amount < c.normal THEN 'low' ELSE 'high' END AS kind, CAST(c.amount AS BIGINT) AS amount, c.normal,
       CAST(c.days AS BIGINT) AS days
FROM compared AS c
JOIN dim_feed AS f ON f.feed = c.feed
WHERE c.normal * f.minimum_share_pct >= 100
  AND (c.amount * 100 < c.normal * f.minimum_share_pct OR c.amount * 100 > c.normal * f.maximum_share_pct)
