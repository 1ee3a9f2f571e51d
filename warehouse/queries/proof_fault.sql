-- one row per fault behind a KPI value (K05-K08) of the period
-- fold sum, median or max tells how the rows' numerators make up the KPI's.
WITH asked AS (
    SELECT jst_month FROM scoped.period_month WHERE period_id = $period
),
span AS (
    SELECT through_date FROM scoped.reporting_period WHERE period_id = $period
),
wanted AS (
    SELECT f.*, CASE WHEN $kpi_id LIKE 'K05%' THEN f.start_minutes WHEN $kpi_id LIKE 'K06%' THEN f.restore_minutes END
                AS minutes,
           coalesce(f.restored_jst < CAST(s.through_date AS TIMESTAMP) + INTERVAL 1 DAY, FALSE) AS done
    FROM scoped.fault_case AS f
    CROSS JOIN span AS s
    WHERE CASE WHEN $kpi_id LIKE 'K08%' THEN f.jst_date <= s.through_date
               ELSE f.jst_month IN (SELECT jst_month FROM asked) END
      AND CASE $grain WHEN 'service' THEN f.service_id = $entity
                      WHEN 'tenant' THEN f.affected = '*' OR ',' || f.affected || ',' LIKE '%,' || $entity || ',%'
                      ELSE TRUE END
)
SELECT CASE WHEN $kpi_id LIKE '%.median' THEN 'median' WHEN $kpi_id LIKE '%.max' THEN 'max' ELSE 'sum' END AS fold,
       fault_no || '　' || title AS item,
       '検知' || strftime(detected_jst, '%Y-%m-%d %H:%M') || coalesce('、着手' || strftime(started_jst, '%Y-%m-%d %H:%M'), '')
           || coalesce('、完全復旧' || strftime(restored_jst, '%Y-%m-%d %H:%M'), '、未復旧')
           || CASE boundary WHEN 'inside' THEN '、範囲内' ELSE '、範囲外' END AS detail,
       CAST(CASE $kpi_id WHEN 'K07' THEN 1 WHEN 'K07.inside' THEN CASE WHEN boundary = 'inside' THEN 1 ELSE 0 END
                         WHEN 'K07.outside' THEN CASE WHEN boundary = 'outside' THEN 1 ELSE 0 END
                         WHEN 'K08' THEN CASE WHEN done THEN 1 ELSE 0 END
                         WHEN 'K08.open' THEN CASE WHEN done THEN 0 ELSE 1 END ELSE minutes END AS DOUBLE) AS numerator,
       CAST(CASE WHEN $kpi_id IN ('K05', 'K06', 'K08') THEN 1 END AS DOUBLE) AS denominator
FROM wanted
WHERE $kpi_id LIKE 'K07%' OR $kpi_id LIKE 'K08%' OR minutes IS NOT NULL
ORDER BY detected_jst, fault_no
