-- one row per month, service and onlooker with stops: everyone (empty entity), or a body that they affected
-- title: サービス停止（月）
-- keys: jst_month, service_id, entity
-- inputs: service_outage, dim_tenant, calendar_month, as_of
-- partition: none
-- identities: planned_seconds <= allowed_seconds <= any_seconds [stops_add_up]
-- Seconds.  Planned stops, stops with a reason of exclusion (除外事由), degradation and switch-overs are no unplanned
-- stop.  Overlapping stops count once: as planned, else as excluded, else as unplanned; hence the unions 'allowed'
-- (planned or excluded) and 'any'.  A stop that has not ended lasts until the snapshot's data ends; nothing beyond that
-- counts, nor what a body did not see because it was not connected yet, or no more.
WITH local AS (
    SELECT o.service_id, o.affected, CASE WHEN o.outage_kind = 'planned' THEN 'planned'
                                          WHEN o.exclusion IS NOT NULL THEN 'excluded' ELSE 'unplanned' END AS own_kind,
           o.started_at + INTERVAL 9 HOUR AS started,
           least(coalesce(o.ended_at + INTERVAL 9 HOUR, a.as_of_jst), a.as_of_jst) AS ended
    FROM service_outage AS o
    CROSS JOIN as_of AS a
    WHERE o.outage_kind IN ('planned', 'unplanned') AND o.started_at + INTERVAL 9 HOUR < a.as_of_jst
),
rated AS (
    SELECT service_id, '' AS entity, own_kind, started, ended
    FROM local
    UNION ALL
    SELECT l.service_id, t.tenant_code, l.own_kind, greatest(l.started, CAST(t.valid_from AS TIMESTAMP)),
           least(l.ended, CAST(t.valid_to AS TIMESTAMP) + INTERVAL 1 DAY)
    FROM local AS l
    JOIN dim_tenant AS t
        ON l.started < CAST(t.valid_to AS TIMESTAMP) + INTERVAL 1 DAY AND l.ended > CAST(t.valid_from AS TIMESTAMP)
        AND (l.affected = '*' OR ',' || l.affected || ',' LIKE '%,' || t.tenant_code || ',%')
),
stops AS (
    SELECT service_id, entity, own_kind AS stop_kind, started, ended FROM rated WHERE own_kind <> 'excluded'
    UNION ALL
    SELECT service_id, entity, 'allowed' AS stop_kind, started, ended FROM rated WHERE own_kind <> 'unplanned'
    UNION ALL
    SELECT service_id, entity, 'any' AS stop_kind, started, ended FROM rated
),
flagged AS (
    SELECT *, CASE WHEN started <= max(ended) OVER (
                        PARTITION BY service_id, entity, stop_kind ORDER BY started NULLS LAST, ended NULLS LAST
                        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) THEN 0 ELSE 1 END AS opens
    FROM stops
),
numbered AS (
    SELECT *, CAST(sum(opens) OVER (
                        PARTITION BY service_id, entity, stop_kind ORDER BY started NULLS LAST, ended NULLS LAST
                        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS BIGINT) AS island
    FROM flagged
),
merged AS (
    SELECT service_id, entity, stop_kind, island, min(started) AS started, max(ended) AS ended
    FROM numbered
    GROUP BY service_id, entity, stop_kind, island
),
clipped AS (
    SELECT c.jst_month, m.service_id, m.entity, m.stop_kind, m.started, c.first_date,
           date_trunc('second', least(m.ended, CAST(c.last_date AS TIMESTAMP) + INTERVAL 1 DAY))
               - date_trunc('second', greatest(m.started, CAST(c.first_date AS TIMESTAMP))) AS lasted
    FROM merged AS m
    JOIN calendar_month AS c
        ON m.started < CAST(c.last_date AS TIMESTAMP) + INTERVAL 1 DAY AND m.ended > CAST(c.first_date AS TIMESTAMP)
),
minutes AS (
    SELECT jst_month, service_id, entity, stop_kind,
           CAST(sum(extract(DAY FROM lasted) * 86400 + extract(HOUR FROM lasted) * 3600 + extract(MINUTE FROM lasted) * 60
                    + extract(SECOND FROM lasted)) AS BIGINT) AS seconds,
           count(CASE WHEN started >= CAST(first_date AS TIMESTAMP) THEN 1 END) AS stops
    FROM clipped
    GROUP BY jst_month, service_id, entity, stop_kind
)
SELECT jst_month, service_id, entity, nullif(entity, '') AS tenant_code,
       coalesce(max(CASE WHEN stop_kind = 'planned' THEN seconds END), 0) AS planned_seconds,
       coalesce(max(CASE WHEN stop_kind = 'allowed' THEN seconds END), 0) AS allowed_seconds,
       coalesce(max(CASE WHEN stop_kind = 'any' THEN seconds END), 0) AS any_seconds,
       CAST(coalesce(max(CASE WHEN stop_kind = 'unplanned' THEN stops END), 0) AS BIGINT) AS unplanned_count
FROM minutes
GROUP BY jst_month, service_id, entity
