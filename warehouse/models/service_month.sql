-- one row per service and month that an outage ledger covers
-- title: サービス稼働（月）
-- keys: jst_month, service_id
-- inputs: service_outage, covered_month, calendar_month, dim_service, as_of
-- partition: none
-- Minutes.  Availability = (service - planned - unplanned) / (service - planned); planned stops, stops with a reason of
-- exclusion (除外事由), degradation and switch-overs are no unplanned stop.  Overlapping stops count once.
WITH stops AS (
    SELECT o.service_id, CASE WHEN o.outage_kind = 'planned' THEN 'planned'
                              WHEN o.exclusion IS NOT NULL THEN 'excluded' ELSE 'unplanned' END AS stop_kind,
           o.started_at + INTERVAL 9 HOUR AS started, coalesce(o.ended_at + INTERVAL 9 HOUR, a.as_of_jst) AS ended
    FROM service_outage AS o
    CROSS JOIN as_of AS a
    WHERE o.outage_kind IN ('planned', 'unplanned')
),
flagged AS (
    SELECT *, CASE WHEN started <= max(ended) OVER (PARTITION BY service_id, stop_kind ORDER BY started, ended
                   ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) THEN 0 ELSE 1 END AS opens
    FROM stops
),
numbered AS (
    SELECT *, sum(opens) OVER (PARTITION BY service_id, stop_kind ORDER BY started, ended
                               ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS island
    FROM flagged
),
merged AS (
    SELECT service_id, stop_kind, island, min(started) AS started, max(ended) AS ended
    FROM numbered
    GROUP BY service_id, stop_kind, island
),
clipped AS (
    SELECT c.jst_month, m.service_id, m.stop_kind, m.started,
           greatest(m.started, CAST(c.first_date AS TIMESTAMP)) AS from_time,
           least(m.ended, CAST(c.last_date AS TIMESTAMP) + INTERVAL 1 DAY) AS to_time, c.first_date
    FROM merged AS m
    JOIN calendar_month AS c
        ON m.started < CAST(c.last_date AS TIMESTAMP) + INTERVAL 1 DAY AND m.ended > CAST(c.first_date AS TIMESTAMP)
),
minutes AS (
    SELECT jst_month, service_id, stop_kind, sum(date_diff('second', from_time, to_time)) AS seconds,
           count(CASE WHEN started >= CAST(first_date AS TIMESTAMP) THEN 1 END) AS stops
    FROM clipped
    GROUP BY jst_month, service_id, stop_kind
)
SELECT cm.jst_month, s.service_id,
       CAST(c.days * 1440 AS BIGINT) AS service_minutes,
       CAST(coalesce(max(CASE WHEN m.stop_kind = 'planned' THEN m.seconds END), 0) / 60 AS DECIMAL(18,4)) AS planned_minutes,
       CAST(coalesce(max(CASE WHEN m.stop_kind = 'unplanned' THEN m.seconds END), 0) / 60 AS DECIMAL(18,4)) AS unplanned_minutes,
       CAST(coalesce(max(CASE WHEN m.stop_kind = 'unplanned' THEN m.stops END), 0) AS BIGINT) AS unplanned_count,
       CAST(coalesce(max(CASE WHEN m.stop_kind = 'excluded' THEN m.seconds END), 0) / 60 AS DECIMAL(18,4)) AS excluded_minutes
FROM covered_month AS cm
JOIN calendar_month AS c ON c.jst_month = cm.jst_month
JOIN dim_service AS s ON c.last_date BETWEEN s.valid_from AND s.valid_to
LEFT JOIN minutes AS m ON m.jst_month = cm.jst_month AND m.service_id = s.service_id
WHERE cm.table_name = 'service_outage'
GROUP BY cm.jst_month, s.service_id, c.days
