-- one row per event that time axes are annotated with and that touches the days: noted events, stops, memberships
-- last_date is NULL while a stop lasts.  Stops are the whole's; a body sees noted events and its own membership.
SELECT e.valid_from AS first_date, nullif(e.valid_to, DATE '9999-12-31') AS last_date,
       CASE e.kind WHEN 'disaster' THEN '災害' WHEN 'update' THEN '大規模更新' WHEN 'work' THEN '工事・作業'
                   ELSE 'その他' END AS kind_name, e.name
FROM scoped.dim_noted_event AS e
WHERE e.valid_from <= $last_date AND e.valid_to >= $first_date
UNION ALL
SELECT o.jst_date, CAST(o.ended_at + INTERVAL 9 HOUR AS DATE),
       CASE o.outage_kind WHEN 'planned' THEN '計画停止' WHEN 'unplanned' THEN '計画外停止' WHEN 'degraded' THEN '縮退'
                          ELSE '系切替' END, coalesce(s.name, '不明')
FROM scoped.service_outage AS o
LEFT JOIN scoped.dim_service AS s ON s.service_id = o.service_id AND o.jst_date BETWEEN s.valid_from AND s.valid_to
WHERE o.jst_date <= $last_date AND (o.ended_at IS NULL OR CAST(o.ended_at + INTERVAL 9 HOUR AS DATE) >= $first_date)
UNION ALL
SELECT t.first_date, t.first_date, '加入', t.name
FROM (SELECT tenant_code, min(valid_from) AS first_date, max_by(name, valid_from) AS name FROM scoped.dim_tenant
      GROUP BY tenant_code) AS t
WHERE t.first_date BETWEEN $first_date AND $last_date
UNION ALL
SELECT t.last_date, t.last_date, '脱退', t.name
FROM (SELECT tenant_code, max(valid_to) AS last_date, max_by(name, valid_from) AS name FROM scoped.dim_tenant
      GROUP BY tenant_code) AS t
WHERE t.last_date BETWEEN $first_date AND $last_date
ORDER BY 1, 3, 4
