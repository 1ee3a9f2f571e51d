-- one row per change request behind a KPI value (K30-K32) of the period; fold sum
WITH asked AS (
    SELECT jst_month FROM scoped.period_month WHERE period_id = $period
)
SELECT 'sum' AS fold, c.request_no || '　' || coalesce(k.name, c.change_kind) AS item,
       CASE WHEN c.minor THEN '軽微' ELSE '軽微以外' END
           || coalesce('、承認' || strftime(c.approved_at + INTERVAL 9 HOUR, '%Y-%m-%d %H:%M'), '')
           || coalesce('、実施' || strftime(c.executed_at + INTERVAL 9 HOUR, '%Y-%m-%d %H:%M'), '、未実施')
           || coalesce('、バックアップ' || c.backup_generations || '世代', '') AS detail,
       CAST(CASE $kpi_id WHEN 'K30' THEN 1 WHEN 'K30.completed' THEN CASE WHEN c.completed_at IS NOT NULL THEN 1 ELSE 0 END
                         WHEN 'K31' THEN CASE WHEN c.approved_at <= c.executed_at THEN 1 ELSE 0 END
                         ELSE CASE WHEN c.backup_generations >= 2 THEN 1 ELSE 0 END END AS DOUBLE) AS numerator,
       CAST(CASE WHEN $kpi_id <> 'K30' THEN 1 END AS DOUBLE) AS denominator
FROM scoped.change_request AS c
JOIN asked AS a ON a.jst_month = c.jst_month
LEFT JOIN scoped.dim_change_kind AS k ON k.change_kind = c.change_kind AND c.jst_date BETWEEN k.valid_from AND k.valid_to
WHERE CASE $grain WHEN 'tenant' THEN c.tenant_code = $entity WHEN 'change_kind' THEN c.change_kind = $entity ELSE TRUE END
  AND CASE $kpi_id WHEN 'K31' THEN NOT c.minor AND c.executed_at IS NOT NULL WHEN 'K32' THEN c.executed_at IS NOT NULL
                   ELSE TRUE END
ORDER BY c.received_at, c.request_no
