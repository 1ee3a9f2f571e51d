-- one row per service and month that an outage ledger covers
-- title: サービス稼働（月）
-- keys: jst_month, service_id
-- inputs: service_outage, covered_month, calendar_month, dim_service, as_of
-- partition: none
-- identities: planned_minutes + unplanned_minutes + excluded_minutes <= service_minutes [ratios_within_bounds]
-- Minutes.  Availability = (service - planned - unplanned) / (service - planned); planned stops, stops with a reason of
-- exclusion (除外事由), degradation and switch-overs are no unplanned stop.  Overlapping stops count once: as planned,
-- else as excluded, else as unplanned; hence the unions 'allowed' (planned or excluded) and 'any'.  A stop that has not
-- ended lasts until the snapshot's data ends.
WITH rated AS (
    SELECT o.service_id, CASE WHEN o.outage_kind = 'planned' THEN 'planned'
                              WHEN o.exclusion IS NOT NULL THEN 'excluded' ELSE 'unplanned' END AS own_kind,
           o.started_at + INTERVAL 9 HOUR AS started,
           coalesce(o.ended_at + INTERVAL 9 HOUR, greatest(a.as_of_jst, o.started_at + INTERVAL 9 HOUR)) AS ended
    FROM service_outage AS o
    CROSS JOIN as_of AS a
    WHERE o.outage_kind IN ('planned', 'unplanned')
),
stops AS (
    SELECT service_id, own_kind AS stop_kind, started, ended FROM rated WHERE own_kind <> 'excluded'
    UNION ALL
    SELECT service_id, 'allowed' AS stop_kind, started, ended FROM rated WHERE own_kind <> 'unplanned'
    UNION ALL
    SELECT service_id, 'any' AS stop_kind, started, ended FROM rated
),
flagged AS (
    SELECT *, CASE WHEN started <= max(ended) OVER (
                        PARTITION BY service_id, stop_kind ORDER BY started NULLS LAST, ended NULLS LAST
                        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) THEN 0 ELSE 1 END AS opens
    FROM stops
),
numbered AS (
    SELECT *, CAST(sum(opens) OVER (
                        PARTITION BY service_id, stop_kind ORDER BY started NULLS LAST, ended NULLS LAST
                        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS BIGINT) AS island
    FROM flagged
),
merged AS (
    SELECT service_id, stop_kind, island, min(started) AS started, max(ended) AS ended
    FROM numbered
    GROUP BY service_id, stop_kind, island
),
clipped AS (
    SELECT c.jst_month, m.service_id, m.stop_kind, m.started, c.first_date,
           date_trunc('second', least(m.ended, CAST(c.last_date AS TIMESTAMP) + INTERVAL 1 DAY))
               - date_trunc('second', greatest(m.started, CAST(c.first_date AS TIMESTAMP))) AS lasted
    FROM merged AS m
    JOIN calendar_month AS c
        ON m.started < CAST(c.last_date AS TIMESTAMP) + INTERVAL 1 DAY AND m.ended > CAST(c.first_date AS TIMESTAMP)
),
minutes AS (
    SELECT jst_month, service_id, stop_kind,
           CAST(sum(extract(DAY FROM lasted) * 86400 + extract(HOUR FROM lasted) * 3600 + extract(MINUTE FROM lasted) * 60
                    + extract(SECOND FROM lasted)) AS BIGINT) AS seconds,
           count(CASE WHEN started >= CAST(first_date AS TIMESTAMP) THEN 1 END) AS stops
    FROM clipped
    GROUP BY jst_month, service_id, stop_kind
),
months AS (
    SELECT jst_month, service_id, coalesce(max(CASE WHEN stop_kind = 'planned' THEN seconds END), 0) AS planned_seconds,
           coalesce(max(CASE WHEN stop_kind = 'allowed' THEN seconds END), 0) AS allowed_seconds,
           coalesce(max(CASE WHEN stop_kind = 'any' THEN seconds END), 0) AS any_seconds,
           coalesce(max(CASE WHEN stop_kind = 'unplanned' THEN stops END), 0) AS unplanned_count
    FROM minutes
    GROUP BY jst_month, service_id
)
SELECT cm.jst_month, s.service_id,
       CAST(c.days * 1440 AS BIGINT) AS service_minutes,
       CAST(coalesce(m.planned_seconds, 0) / 60 AS DECIMAL(18,4)) AS planned_minutes,
       CAST(coalesce(m.any_seconds - m.allowed_seconds, 0) / 60 AS DECIMAL(18,4)) AS unplanned_minutes,
       CAST(coalesce(m.unplanned_count, 0) AS BIGINT) AS unplanned_count,
       CAST(coalesce(m.allowed_seconds - m.planned_seconds, 0) / 60 AS DECIMAL(18,4)) AS excluded_minutes
FROM covered_month AS cm
JOIN calendar_month AS c ON c.jst_month = cm.jst_month
JOIN dim_service AS s ON c.last_date BETWEEN s.valid_from AND s.valid_to
LEFT JOIN months AS m ON m.jst_month = cm.jst_month AND m.service_id = s.service_id
WHERE cm.table_name = 'service_outage'
