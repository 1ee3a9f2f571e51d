-- one row per feed, entity, series and JST day with records
-- title: 到着した記録（日）
-- keys: jst_date, feed, entity, series
-- inputs: tenant_sample_day(month), tenant_traffic(month), line_sample(month), device_sample(month), detection(month), judgement(month), ticket(month), ticket_event(month), change_request(month), fault(month), service_outage(month), patch(month), dim_feed, as_of
-- partition: jst_month
-- identities: received <= records [ratios_within_bounds]
-- column received: 届いた数｜件｜届くべき記録のうち届いた数
-- series: what an entity delivers side by side ('internet/in', 'out', 'cpu_pct'); entity and series are '' for events,
-- whose feeds deliver for all at once.  volume: bytes, or the sum of bit/s; NULL where a sum has no meaning.
-- received counts the records that arrival_due asks for: those in the feed's hours, one for each of its intervals.
WITH recorded AS (
    SELECT jst_month, jst_date, feed, tenant_code AS entity, route || '/' || direction AS series, received AS records,
           bytes AS volume
    FROM tenant_sample_day
    UNION ALL
    SELECT jst_month, jst_date, feed, line_id, direction, count(avg_bps), CAST(sum(avg_bps) AS BIGINT)
    FROM line_sample
    GROUP BY jst_month, jst_date, feed, line_id, direction
    UNION ALL
    SELECT jst_month, jst_date, feed, device_id, metric, count(*), NULL
    FROM device_sample
    GROUP BY jst_month, jst_date, feed, device_id, metric
    UNION ALL
    SELECT jst_month, jst_date, feed, '', '', count(*), NULL FROM detection GROUP BY jst_month, jst_date, feed
    UNION ALL
    SELECT jst_month, jst_date, feed, '', '', count(*), NULL FROM judgement GROUP BY jst_month, jst_date, feed
    UNION ALL
    SELECT jst_month, jst_date, feed, '', '', count(*), NULL FROM ticket GROUP BY jst_month, jst_date, feed
    UNION ALL
    SELECT jst_month, jst_date, feed, '', '', count(*), NULL FROM ticket_event GROUP BY jst_month, jst_date, feed
    UNION ALL
    SELECT jst_month, jst_date, feed, '', '', count(*), NULL FROM change_request GROUP BY jst_month, jst_date, feed
    UNION ALL
    SELECT jst_month, jst_date, feed, '', '', count(*), NULL FROM fault GROUP BY jst_month, jst_date, feed
    UNION ALL
    SELECT jst_month, jst_date, feed, '', '', count(*), NULL FROM service_outage GROUP BY jst_month, jst_date, feed
    UNION ALL
    SELECT jst_month, jst_date, feed, '', '', count(*), NULL FROM patch GROUP BY jst_month, jst_date, feed
),
special AS (
    SELECT feed, opens_minute, closes_minute, interval_minutes
    FROM dim_feed
    WHERE every = 'sample' AND (closes_minute - opens_minute < 1440 OR interval_minutes <> table_interval_minutes)
),
timed AS (
    SELECT s.jst_date, s.feed, s.tenant_code AS entity, s.route || '/' || s.direction AS series,
           s.jst_minute_of_week % 1440 - f.opens_minute AS minute_in_hours, f.closes_minute, f.opens_minute,
           f.interval_minutes
    FROM tenant_traffic AS s
    JOIN special AS f ON f.feed = s.feed
    UNION ALL
    SELECT s.jst_date, s.feed, s.line_id, s.direction, s.jst_minute_of_week % 1440 - f.opens_minute, f.closes_minute,
           f.opens_minute, f.interval_minutes
    FROM line_sample AS s
    JOIN special AS f ON f.feed = s.feed
    WHERE s.avg_bps IS NOT NULL
    UNION ALL
    SELECT s.jst_date, s.feed, s.device_id, s.metric, s.jst_minute_of_week % 1440 - f.opens_minute, f.closes_minute,
           f.opens_minute, f.interval_minutes
    FROM device_sample AS s
    JOIN special AS f ON f.feed = s.feed
),
slots AS (
    SELECT t.jst_date, t.feed, t.entity, t.series,
           CAST(floor(t.minute_in_hours / nullif(t.interval_minutes, 0)) AS BIGINT) AS slot,
           floor((CASE WHEN t.jst_date < a.as_of_date THEN t.closes_minute
                       ELSE least(t.closes_minute, a.as_of_minute) END - t.opens_minute)
                 / nullif(t.interval_minutes, 0)) AS slots
    FROM timed AS t
    CROSS JOIN as_of AS a
    WHERE t.minute_in_hours >= 0
),
asked_for AS (
    SELECT jst_date, feed, entity, series, CAST(count(DISTINCT slot) AS BIGINT) AS received
    FROM slots
    WHERE slot < slots
    GROUP BY jst_date, feed, entity, series
)
SELECT r.jst_month, r.jst_date, r.feed, r.entity, r.series, CAST(r.records AS BIGINT) AS records,
       CAST(r.volume AS BIGINT) AS volume,
       CAST(CASE WHEN s.feed IS NULL THEN r.records ELSE coalesce(q.received, 0) END AS BIGINT) AS received
FROM recorded AS r
LEFT JOIN special AS s ON s.feed = r.feed
LEFT JOIN asked_for AS q
    ON q.jst_date = r.jst_date AND q.feed = r.feed AND q.entity = r.entity AND q.series = r.series
