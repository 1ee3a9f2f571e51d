-- one row per line and direction of the month
-- Utilisation names its denominator: guaranteed (帯域確保) or total (総帯域); more than 100 % of the guaranteed bandwidth is
-- no breach of contract.  judgement is the line's, on the unrounded judged_pct of its KPI (K10, K13 or K14), which takes the
-- larger direction: both rows of a line say the same.
WITH judged AS (
    SELECT v.entity, v.kpi_id, k.name AS kpi_name, v.value, v.judgement
    FROM scoped.kpi_result AS v
    JOIN scoped.dim_kpi AS k ON k.kpi_id = v.kpi_id
    WHERE v.period_id = $month AND v.grain = 'line' AND v.kpi_id IN ('K10', 'K13', 'K14')
    QUALIFY row_number() OVER (PARTITION BY v.entity ORDER BY v.kpi_id) = 1
)
SELECT m.line_id, l.name, l.role,
       CASE l.role WHEN 'active' THEN 'Active系' WHEN 'standby' THEN 'Standby系' ELSE '公開アクセス' END AS role_name,
       m.direction, CASE m.direction WHEN 'in' THEN '受信' ELSE '送信' END AS direction_name,
       1.0 * m.sum_bps / nullif(m.received, 0) AS avg_bps, m.p95_bps, m.max_bps, m.guaranteed_bps, m.total_bps,
       100.0 * m.p95_bps / nullif(m.guaranteed_bps, 0) AS p95_guaranteed_pct,
       100.0 * m.p95_bps / nullif(m.total_bps, 0) AS p95_total_pct,
       m.over_guaranteed * 5 AS exceeded_minutes, m.expected, m.received,
       100.0 * m.received / nullif(m.expected, 0) AS coverage_pct,
       j.kpi_id, j.kpi_name, j.value AS judged_pct,
       coalesce(j.judgement, CASE WHEN m.p95_bps IS NULL THEN 'データなし' ELSE '対象なし' END) AS judgement, l.sort_order
FROM scoped.line_month AS m
JOIN scoped.calendar_month AS c ON c.jst_month = m.jst_month
JOIN scoped.dim_line AS l ON l.line_id = m.line_id AND c.last_date BETWEEN l.valid_from AND l.valid_to
LEFT JOIN judged AS j ON j.entity = m.line_id
WHERE m.jst_month = $month
ORDER BY l.sort_order, m.direction
