-- 指標の値が、登録された対象のものであること（計測値を外した月は、当時の登録のまま残るので除く）
SELECT DISTINCT v.kpi_id, v.grain, v.entity
FROM kpi_value AS v
WHERE v.entity_name IS NULL
  AND NOT EXISTS (SELECT 1 FROM period_month AS p JOIN retired_month AS r ON r.jst_month = p.jst_month
                  WHERE p.period_id = v.period_id)
