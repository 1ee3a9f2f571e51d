-- one row per line and direction of the month
-- Utilisation names its denominator: guaranteed (帯域確保) or total (総帯域). Judged unrounded by the line's thresholds;
-- more than 100 % of the guaranteed bandwidth is no breach of contract.
SELECT m.line_id, l.name, l.role,
       CASE l.role WHEN 'active' THEN 'Active系' WHEN 'standby' THEN 'Standby系' ELSE '公開アクセス' END AS role_name,
       m.direction, CASE m.direction WHEN 'in' THEN '受信' ELSE '送信' END AS direction_name,
       1.0 * m.sum_bps / nullif(m.received, 0) AS avg_bps, m.p95_bps, m.max_bps, m.guaranteed_bps, m.total_bps,
       100.0 * m.p95_bps / nullif(m.guaranteed_bps, 0) AS p95_guaranteed_pct,
       100.0 * m.p95_bps / nullif(m.total_bps, 0) AS p95_total_pct,
       m.over_guaranteed * 5 AS exceeded_minutes, m.expected, m.received,
       100.0 * m.received / nullif(m.expected, 0) AS coverage_pct,
       CASE WHEN m.p95_bps IS NULL THEN 'データなし'
            WHEN m.guaranteed_bps IS NULL THEN '対象なし'
            WHEN l.warning_pct IS NULL THEN '目標未設定'
            WHEN 100.0 * m.p95_bps / m.guaranteed_bps > l.warning_pct THEN '未達'
            WHEN 100.0 * m.p95_bps / m.guaranteed_bps > l.caution_pct THEN '注意'
            ELSE '達成' END AS judgement,
       l.sort_order
FROM scoped.line_month AS m
JOIN scoped.calendar_month AS c ON c.jst_month = m.jst_month
JOIN scoped.dim_line AS l ON l.line_id = m.line_id AND c.last_date BETWEEN l.valid_from AND l.valid_to
WHERE m.jst_month = $month
ORDER BY l.sort_order, m.direction
