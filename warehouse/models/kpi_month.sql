-- one row per KPI and month, prefecture-wide
-- title: 主要指標（月）
-- keys: jst_month, kpi_id
-- inputs: service_month, fault_case, covered_month, line_month, line_group_month, calendar_month, licence_usage, dim_licence, ticket_month, ticket_open_month, security_day, security_event, dim_severity
-- partition: none
-- value = numerator / denominator * factor, unrounded; NULL when nothing was measured. denominator 0 = 対象なし.
WITH covered AS (
    SELECT c.jst_month, c.first_date, c.last_date, cm.table_name
    FROM covered_month AS cm
    JOIN calendar_month AS c ON c.jst_month = cm.jst_month
),
worst_direction AS (
    SELECT jst_month, line_id, p95_bps, max_bps, guaranteed_bps, expected, received
    FROM line_month
    QUALIFY row_number() OVER (PARTITION BY jst_month, line_id ORDER BY p95_bps DESC NULLS LAST, direction) = 1
),
worst_peak AS (
    SELECT jst_month, line_id, max_bps, guaranteed_bps, expected, received
    FROM line_month
    QUALIFY row_number() OVER (PARTITION BY jst_month, line_id ORDER BY max_bps DESC NULLS LAST, direction) = 1
),
worst_group AS (
    SELECT jst_month, group_id, p95_bps, total_bps, expected, received
    FROM line_group_month
    QUALIFY row_number() OVER (PARTITION BY jst_month, group_id ORDER BY p95_bps DESC NULLS LAST, direction) = 1
),
parts AS (
    SELECT jst_month, 'K01' AS kpi_id,
           CAST(sum(service_minutes - planned_minutes - unplanned_minutes) AS DECIMAL(38,4)) AS numerator,
           CAST(sum(service_minutes - planned_minutes) AS DECIMAL(38,4)) AS denominator, 100 AS factor,
           CAST(count(*) AS BIGINT) AS n, CAST(NULL AS BIGINT) AS expected, CAST(NULL AS BIGINT) AS received
    FROM service_month
    GROUP BY jst_month
    UNION ALL
    SELECT jst_month, 'K02', CAST(sum(unplanned_minutes) AS DECIMAL(38,4)), CAST(1 AS DECIMAL(38,4)), 1,
           CAST(sum(unplanned_count) AS BIGINT), NULL, NULL
    FROM service_month
    GROUP BY jst_month
    UNION ALL
    SELECT c.jst_month, 'K06', CAST(sum(f.restore_minutes) AS DECIMAL(38,4)),
           CAST(count(f.restore_minutes) AS DECIMAL(38,4)), 1, CAST(count(f.restore_minutes) AS BIGINT), NULL, NULL
    FROM covered AS c
    LEFT JOIN fault_case AS f ON f.jst_month = c.jst_month
    WHERE c.table_name = 'fault'
    GROUP BY c.jst_month
    UNION ALL
    SELECT jst_month, CASE WHEN line_id = 'internet' THEN 'K10i' ELSE 'K10b' END, CAST(p95_bps AS DECIMAL(38,4)),
           CAST(guaranteed_bps AS DECIMAL(38,4)), 100, received, expected, received
    FROM worst_direction
    WHERE line_id IN ('internet', 'breakout')
    UNION ALL
    SELECT jst_month, 'K11', CAST(p95_bps AS DECIMAL(38,4)), CAST(total_bps AS DECIMAL(38,4)), 100, received, expected,
           received
    FROM worst_group
    WHERE group_id = 'internet_breakout'
    UNION ALL
    SELECT jst_month, 'K13', CAST(max_bps AS DECIMAL(38,4)), CAST(guaranteed_bps AS DECIMAL(38,4)), 100, received,
           expected, received
    FROM worst_peak
    WHERE line_id = 'web'
    UNION ALL
    SELECT u.jst_month, CASE WHEN u.kind = 'account' THEN 'K21' ELSE 'K22' END, CAST(u.used AS DECIMAL(38,4)),
           CAST(l.capacity AS DECIMAL(38,4)), 100, CAST(1 AS BIGINT), NULL, NULL
    FROM licence_usage AS u
    JOIN dim_licence AS l ON l.kind = u.kind AND u.jst_date BETWEEN l.valid_from AND l.valid_to
    WHERE u.kind IN ('account', 'terminal')
    UNION ALL
    SELECT c.jst_month, 'K26', CAST(coalesce(sum(t.received), 0) AS DECIMAL(38,4)), CAST(1 AS DECIMAL(38,4)), 1,
           CAST(coalesce(sum(t.received), 0) AS BIGINT), NULL, NULL
    FROM covered AS c
    LEFT JOIN ticket_month AS t ON t.jst_month = c.jst_month
    WHERE c.table_name = 'ticket'
    GROUP BY c.jst_month
    UNION ALL
    SELECT c.jst_month, 'K27', CAST(coalesce(sum(t.in_time), 0) AS DECIMAL(38,4)),
           CAST(coalesce(sum(t.due), 0) AS DECIMAL(38,4)), 100, CAST(coalesce(sum(t.due), 0) AS BIGINT), NULL, NULL
    FROM covered AS c
    LEFT JOIN ticket_month AS t ON t.jst_month = c.jst_month
    WHERE c.table_name = 'ticket'
    GROUP BY c.jst_month
    UNION ALL
    SELECT c.jst_month, 'K29', CAST(coalesce(sum(t.over_10), 0) AS DECIMAL(38,4)), CAST(1 AS DECIMAL(38,4)), 1,
           CAST(coalesce(sum(t.open_tickets), 0) AS BIGINT), NULL, NULL
    FROM covered AS c
    LEFT JOIN ticket_open_month AS t ON t.jst_month = c.jst_month
    WHERE c.table_name = 'ticket'
    GROUP BY c.jst_month
    UNION ALL
    SELECT c.jst_month, 'K34', CAST(coalesce(sum(CASE WHEN s.serious THEN d.n END), 0) AS DECIMAL(38,4)),
           CAST(1 AS DECIMAL(38,4)), 1, CAST(coalesce(sum(d.n), 0) AS BIGINT), NULL, NULL
    FROM covered AS c
    LEFT JOIN security_day AS d ON d.jst_month = c.jst_month
    LEFT JOIN dim_severity AS s ON s.severity = d.severity AND d.jst_date BETWEEN s.valid_from AND s.valid_to
    WHERE c.table_name = 'judgement'
    GROUP BY c.jst_month
    UNION ALL
    SELECT c.jst_month, 'K35', CAST(count(CASE WHEN e.serious AND e.contact_minutes <= 15 THEN 1 END) AS DECIMAL(38,4)),
           CAST(count(CASE WHEN e.serious THEN 1 END) AS DECIMAL(38,4)), 100,
           CAST(count(CASE WHEN e.serious THEN 1 END) AS BIGINT), NULL, NULL
    FROM covered AS c
    LEFT JOIN (
        SELECT v.jst_month, s.serious, v.contact_minutes
        FROM security_event AS v
        JOIN dim_severity AS s ON s.severity = v.severity AND v.jst_date BETWEEN s.valid_from AND s.valid_to
    ) AS e ON e.jst_month = c.jst_month
    WHERE c.table_name = 'judgement'
    GROUP BY c.jst_month
)
SELECT jst_month, kpi_id, numerator, denominator, n, expected, received,
       CAST(numerator * factor / nullif(denominator, 0) AS DOUBLE) AS value
FROM parts
