-- one row per planned stop or switch-over, with how long it lasted and whether it kept clear of office hours
-- title: 計画停止・系切替
-- keys: service_id, outage_kind, started_jst
-- inputs: service_outage, dim_date
-- partition: none
-- identities: seconds >= 0
-- off_hours: not one minute of it lay within the office hours of an open day (NULL while it lasts).  Times JST.
WITH local AS (
    SELECT service_id, outage_kind, jst_month, jst_date, started_at + INTERVAL 9 HOUR AS started_jst,
           ended_at + INTERVAL 9 HOUR AS ended_jst, date_trunc('second', ended_at) - date_trunc('second', started_at) AS lasted
    FROM service_outage
    WHERE outage_kind IN ('planned', 'switchover')
),
touched AS (
    SELECT l.service_id, l.outage_kind, l.started_jst, count(*) AS office_days
    FROM local AS l
    JOIN dim_date AS d
        ON d.is_open_day AND l.started_jst < CAST(d.jst_date AS TIMESTAMP) + d.closes_minute * INTERVAL '1' MINUTE
        AND l.ended_jst > CAST(d.jst_date AS TIMESTAMP) + d.opens_minute * INTERVAL '1' MINUTE
    GROUP BY l.service_id, l.outage_kind, l.started_jst
)
SELECT l.service_id, l.outage_kind, l.jst_month, l.jst_date, l.started_jst, l.ended_jst,
       CAST(extract(DAY FROM l.lasted) * 86400 + extract(HOUR FROM l.lasted) * 3600 + extract(MINUTE FROM l.lasted) * 60
            + extract(SECOND FROM l.lasted) AS BIGINT) AS seconds,
       CASE WHEN l.ended_jst IS NOT NULL THEN coalesce(t.office_days, 0) = 0 END AS off_hours
FROM local AS l
LEFT JOIN touched AS t
    ON t.service_id = l.service_id AND t.outage_kind = l.outage_kind AND t.started_jst = l.started_jst
