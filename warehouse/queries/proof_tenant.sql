-- one row per month, body and direction behind a KPI value (K15, K15.share, K17) of the period
-- fold sum: the rows' numerators and denominators add up to the KPI's.
WITH asked AS (
    SELECT jst_month FROM scoped.period_month WHERE period_id = $period
),
connected AS (
    SELECT d.jst_month, n.tenant_code, count(*) AS open_days, sum(n.users) AS person_days
    FROM scoped.dim_date AS d
    JOIN asked AS a ON a.jst_month = d.jst_month
    JOIN scoped.reporting_period AS p ON p.period_id = $period AND d.jst_date <= p.through_date
    JOIN scoped.dim_tenant AS n ON d.jst_date BETWEEN n.valid_from AND n.valid_to
    WHERE d.is_open_day
    GROUP BY d.jst_month, n.tenant_code
)
SELECT 'sum' AS fold,
       t.jst_month || '　' || n.name || '　' || CASE t.direction WHEN 'in' THEN '受信' ELSE '送信' END AS item,
       '5分値の取得' || t.received || '／' || t.expected || '点、利用者' || n.users || '人、開庁日' || coalesce(o.open_days, 0) || '日' AS detail,
       CAST(t.bytes AS DOUBLE) AS numerator,
       CAST(CASE WHEN $kpi_id = 'K17' AND t.direction = 'in' AND t.bytes IS NOT NULL THEN coalesce(o.person_days, 0)
                 WHEN $kpi_id = 'K17' THEN 0 END AS DOUBLE) AS denominator
FROM scoped.tenant_traffic_month AS t
JOIN asked AS a ON a.jst_month = t.jst_month
JOIN scoped.calendar_month AS c ON c.jst_month = t.jst_month
JOIN scoped.dim_tenant AS n
    ON n.tenant_code = t.tenant_code AND n.valid_from <= c.last_date AND n.valid_to >= c.first_date
LEFT JOIN connected AS o ON o.jst_month = t.jst_month AND o.tenant_code = t.tenant_code
WHERE CASE $grain WHEN 'tenant' THEN t.tenant_code = $entity AND t.route = 'total' WHEN 'route' THEN t.route = $entity
                  ELSE t.route = 'total' END
QUALIFY row_number() OVER (PARTITION BY t.jst_month, t.tenant_code, t.route, t.direction ORDER BY n.valid_from DESC) = 1
ORDER BY t.jst_month, n.sort_order, t.direction
