-- one row per line, group of lines, device and metric, service and licence of a period: design, result, margin, outlook
-- used_pct: result of design; margin: what is left of the design value.  reach_* and request_by: see capacity_outlook.
SELECT d.kind, d.entity, coalesce(e.name, d.entity) AS name, d.item,
       CASE d.item WHEN 'p95_guaranteed' THEN '95パーセンタイル（対確保帯域）' WHEN 'max_guaranteed' THEN '最大（対確保帯域）'
                   WHEN 'p95_total' THEN '95パーセンタイル（対総帯域）' WHEN 'used' THEN '利用数'
                   WHEN 'saturation' THEN '飽和度（構成する機器の最大）' WHEN 'cpu_pct' THEN 'CPU使用率の最大'
                   WHEN 'memory_pct' THEN 'メモリ使用率の最大' WHEN 'sessions' THEN '同時セッション数の最大'
                   ELSE d.item END AS item_name,
       CASE WHEN d.kind IN ('line', 'line_group') THEN 'bps' WHEN d.item LIKE '%_pct' OR d.item = 'saturation' THEN '%'
            WHEN d.item = 'sessions' THEN 'セッション' ELSE '' END AS unit,
       CAST(d.design_value AS DOUBLE) AS design_value, CAST(d.result_value AS DOUBLE) AS result_value,
       100 * CAST(d.result_value AS DOUBLE) / nullif(CAST(d.design_value AS DOUBLE), 0) AS used_pct,
       CAST(d.design_value - d.result_value AS DOUBLE) AS margin
FROM scoped.design_result AS d
LEFT JOIN scoped.period_entity AS e ON e.period_id = d.period_id AND e.grain = d.kind AND e.entity = d.entity
WHERE d.period_id = $period
ORDER BY CASE d.kind WHEN 'line' THEN 1 WHEN 'line_group' THEN 2 WHEN 'service' THEN 3 WHEN 'device' THEN 4 ELSE 5 END,
         e.sort_order, d.entity, d.item
