-- one row per outage, planned stop, degradation or switch-over that touches the days; times JST, minutes NULL while it lasts
SELECT s.name AS service_name,
       CASE o.outage_kind WHEN 'planned' THEN '計画停止' WHEN 'unplanned' THEN '計画外停止' WHEN 'degraded' THEN '縮退'
                          ELSE '系切替' END AS kind_name,
       o.started_at + INTERVAL 9 HOUR AS started_at, o.ended_at + INTERVAL 9 HOUR AS ended_at,
       date_diff('second', o.started_at, o.ended_at) / 60.0 AS minutes,
       CASE WHEN o.affected = '*' THEN '全団体'
            ELSE (SELECT string_agg(coalesce(n.name, '不明'), '、' ORDER BY n.sort_order NULLS LAST, part.code)
                  FROM (SELECT unnest(string_split(o.affected, ',')) AS code) AS part
                  LEFT JOIN scoped.dim_tenant AS n
                      ON n.tenant_code = part.code AND o.jst_date BETWEEN n.valid_from AND n.valid_to) END AS affected,
       o.cause, o.exclusion
FROM scoped.service_outage AS o
LEFT JOIN scoped.dim_service AS s ON s.service_id = o.service_id AND o.jst_date BETWEEN s.valid_from AND s.valid_to
WHERE o.jst_date <= $last_date
  AND (o.ended_at IS NULL OR CAST(o.ended_at + INTERVAL 9 HOUR AS DATE) >= $first_date)
ORDER BY o.started_at, s.sort_order
