-- one row per feed of samples, entity, JST day and run of slots in which something that was due did not come
-- title: 欠測の区間（日）
-- keys: jst_date, feed, entity, first_slot
-- inputs: arrival_day(month), arrival_due(month), dim_feed, tenant_traffic(month), line_sample(month), device_sample(month)
-- partition: jst_month
-- identities: first_slot <= last_slot; 0 < missing <= expected; sum of missing = arrival_day.expected - received of the day [arrival_days_add_up]
-- Slots count from the feed's opening minute; a run is unbroken where at least one series is missing in every slot.
-- expected and missing count samples of all series in the run, so that the runs of a day miss what arrival_day misses.
WITH wanting AS (
    SELECT a.jst_month, a.jst_date, a.feed, a.entity, a.tenant_code, a.received, max(u.slots) AS slots,
           count(*) AS series
    FROM arrival_day AS a
    JOIN arrival_due AS u ON u.jst_date = a.jst_date AND u.feed = a.feed AND u.entity = a.entity
    WHERE a.unit = 'slot' AND a.received < a.expected
    GROUP BY a.jst_month, a.jst_date, a.feed, a.entity, a.tenant_code, a.received
),
cut AS (SELECT jst_date, feed, entity FROM wanting WHERE received > 0),
due AS (
    SELECT u.jst_date, u.feed, u.entity, u.route, u.part, u.slots, f.opens_minute, f.interval_minutes,
           f.interval_minutes = f.table_interval_minutes AS alone
    FROM arrival_due AS u
    JOIN cut AS c ON c.jst_date = u.jst_date AND c.feed = u.feed AND c.entity = u.entity
    JOIN dim_feed AS f ON f.feed = u.feed
),
timed AS (
    SELECT due.jst_date, due.feed, due.entity, due.part, due.route, due.slots, due.alone, due.interval_minutes,
           s.jst_minute_of_week % 1440 - due.opens_minute AS minute_in_hours
    FROM tenant_traffic AS s
    JOIN due ON due.jst_date = s.jst_date AND due.feed = s.feed AND due.entity = s.tenant_code AND due.route = s.route
        AND due.part = s.direction
    UNION ALL
    SELECT due.jst_date, due.feed, due.entity, due.part, due.route, due.slots, due.alone, due.interval_minutes,
           s.jst_minute_of_week % 1440 - due.opens_minute
    FROM line_sample AS s
    JOIN due ON due.jst_date = s.jst_date AND due.feed = s.feed AND due.entity = s.line_id AND due.part = s.direction
    WHERE s.avg_bps IS NOT NULL
    UNION ALL
    SELECT due.jst_date, due.feed, due.entity, due.part, due.route, due.slots, due.alone, due.interval_minutes,
           s.jst_minute_of_week % 1440 - due.opens_minute
    FROM device_sample AS s
    JOIN due ON due.jst_date = s.jst_date AND due.feed = s.feed AND due.entity = s.device_id AND due.part = s.metric
),
placed AS (
    SELECT jst_date, feed, entity, part, route, slots, alone,
           CAST(floor(minute_in_hours / nullif(interval_minutes, 0)) AS BIGINT) AS slot
    FROM timed
    WHERE minute_in_hours >= 0
),
counted AS (
    SELECT jst_date, feed, entity, slot, count(*) AS n
    FROM placed
    WHERE alone AND slot < slots
    GROUP BY jst_date, feed, entity, slot
    UNION ALL
    SELECT jst_date, feed, entity, slot, count(DISTINCT route || '/' || part) AS n
    FROM placed
    WHERE NOT alone AND slot < slots
    GROUP BY jst_date, feed, entity, slot
),
marks AS (
    SELECT jst_date, feed, entity, -1 AS slot, 0 AS n FROM cut
    UNION ALL
    SELECT jst_date, feed, entity, slot, n FROM counted
    UNION ALL
    SELECT jst_date, feed, entity, slots, 0 FROM wanting WHERE received > 0
),
summed AS (
    SELECT jst_date, feed, entity, slot, n,
           CAST(sum(n) OVER (PARTITION BY jst_date, feed, entity ORDER BY slot NULLS LAST
                             ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS BIGINT) AS so_far
    FROM marks
),
whole AS (
    SELECT w.jst_month, w.jst_date, w.feed, w.entity, w.tenant_code, w.series, m.slot, m.n, m.so_far,
           lag(m.slot) OVER (PARTITION BY m.jst_date, m.feed, m.entity ORDER BY m.slot NULLS LAST) AS slot_before,
           lag(m.so_far) OVER (PARTITION BY m.jst_date, m.feed, m.entity ORDER BY m.slot NULLS LAST) AS so_far_before
    FROM summed AS m
    JOIN wanting AS w ON w.jst_date = m.jst_date AND w.feed = m.feed AND w.entity = m.entity
    WHERE m.n >= w.series OR m.slot = -1 OR m.slot = w.slots
)
SELECT jst_month, jst_date, feed, entity, tenant_code, CAST(slot_before + 1 AS BIGINT) AS first_slot,
       CAST(slot - 1 AS BIGINT) AS last_slot, CAST((slot - slot_before - 1) * series AS BIGINT) AS expected,
       CAST((slot - slot_before - 1) * series - (so_far - n - so_far_before) AS BIGINT) AS missing
FROM whole
WHERE slot - slot_before > 1
UNION ALL
SELECT jst_month, jst_date, feed, entity, tenant_code, CAST(0 AS BIGINT), CAST(slots - 1 AS BIGINT),
       CAST(slots * series AS BIGINT), CAST(slots * series AS BIGINT)
FROM wanting
WHERE received = 0
