-- one row per feed of samples, entity, series and JST day on which the feed should speak of it
-- title: 届くべき5分値（日）
-- keys: jst_date, feed, entity, series
-- inputs: arrival_count(month-1..0), wanted_month, dim_feed, dim_feed_entity, dim_feed_series, dim_date(month), dim_tenant, dim_route, dim_line, dim_device_metric, as_of
-- partition: jst_month
-- identities: sum of slots = arrival_day.expected of the entity's day [arrival_days_add_up]
-- From the first day of which any file of the feed tells to the end of the data; slots is 0 on days on which the feed
-- keeps silent.  tenant_code is NULL for entities that are prefecture-wide (lines, devices).  series is route/part of
-- tenant traffic ('internet/in'), and part alone (a direction, a metric) of lines and devices.
-- An entity is due when it is valid (entities = valid), listed, or was seen in this month or the one before (seen).
WITH directions AS (SELECT 'in' AS direction UNION ALL SELECT 'out' AS direction),
days AS (
    SELECT d.jst_month, d.jst_date, d.is_open_day,
           CASE WHEN d.jst_date < a.as_of_date THEN 1440 ELSE a.as_of_minute END AS until_minute
    FROM dim_date AS d
    CROSS JOIN as_of AS a
    WHERE d.jst_date < a.as_of_date OR (d.jst_date = a.as_of_date AND a.as_of_minute > 0)
),
feed_days AS (
    SELECT d.jst_month, d.jst_date, f.feed, f.table_name, f.entities,
           CASE WHEN f.days = 'open' AND NOT d.is_open_day THEN 0
                ELSE floor(greatest(least(f.closes_minute, d.until_minute) - f.opens_minute, 0)
                           / nullif(f.interval_minutes, 0)) END AS slots
    FROM dim_feed AS f
    JOIN days AS d ON d.jst_date >= f.first_date
    WHERE f.every = 'sample'
),
members AS (
    SELECT 'tenant_traffic' AS table_name, t.tenant_code AS entity, t.tenant_code, r.route, x.direction AS part,
           r.route || '/' || x.direction AS series, greatest(t.valid_from, r.valid_from) AS valid_from, least(t.valid_to, r.valid_to) AS valid_to
    FROM dim_tenant AS t
    CROSS JOIN dim_route AS r
    CROSS JOIN directions AS x
    UNION ALL
    SELECT 'line_sample', l.line_id, NULL, '', x.direction, x.direction, l.valid_from, l.valid_to
    FROM dim_line AS l
    CROSS JOIN directions AS x
    UNION ALL
    SELECT 'device_sample', device_id, NULL, '', metric, metric, valid_from, valid_to FROM dim_device_metric
),
seen AS (
    SELECT m.jst_month, c.feed, c.entity, min(c.jst_date) AS first_date
    FROM arrival_count AS c
    JOIN wanted_month AS m ON c.jst_month BETWEEN m.month_before AND m.jst_month
    WHERE c.records > 0
    GROUP BY m.jst_month, c.feed, c.entity
),
with_series AS (SELECT feed, count(*) AS listed FROM dim_feed_series GROUP BY feed)
SELECT f.jst_month, f.jst_date, f.feed, m.entity, m.tenant_code, m.series, m.route, m.part,
       CAST(f.slots AS BIGINT) AS slots
FROM feed_days AS f
JOIN wanted_month AS h ON h.jst_month = f.jst_month
JOIN members AS m ON m.table_name = f.table_name AND f.jst_date BETWEEN m.valid_from AND m.valid_to
LEFT JOIN seen AS s ON s.jst_month = f.jst_month AND s.feed = f.feed AND s.entity = m.entity
LEFT JOIN dim_feed_entity AS e ON e.feed = f.feed AND e.entity = m.entity
LEFT JOIN with_series AS w ON w.feed = f.feed
LEFT JOIN dim_feed_series AS l ON l.feed = f.feed AND l.series = m.series
WHERE (w.feed IS NULL OR l.series IS NOT NULL)
  AND (f.entities = 'valid' OR (f.entities = 'listed' AND e.entity IS NOT NULL)
       OR (f.entities = 'seen' AND s.first_date <= f.jst_date))
