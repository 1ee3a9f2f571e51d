-- one row per ticket behind a KPI value (K26-K29) of the period
-- fold sum; median, p90 (nearest rank) and so on tell how the rows' numerators make up the KPI's.
WITH asked AS (
    SELECT jst_month FROM scoped.period_month WHERE period_id = $period
),
last_told AS (
    SELECT max(c.jst_month) AS jst_month
    FROM scoped.covered_month AS c
    JOIN asked AS a ON a.jst_month = c.jst_month
    WHERE c.table_name = 'ticket'
),
ended AS (
    SELECT max(d.jst_date) AS last_date, max(d.open_day_number) AS open_day_number
    FROM last_told AS l
    JOIN scoped.dim_date AS d ON d.jst_month = l.jst_month
    JOIN scoped.reporting_period AS p ON p.period_id = $period AND d.jst_date <= p.through_date
),
wanted AS (
    SELECT t.*, coalesce(r.reopened, 0) AS reopened, e.open_day_number - s.open_day_number AS age
    FROM scoped.ticket_answer AS t
    CROSS JOIN ended AS e
    JOIN scoped.dim_date AS s ON s.jst_date = t.jst_date
    LEFT JOIN scoped.ticket_reopened AS r ON r.ticket_no = t.ticket_no
    WHERE CASE WHEN $kpi_id LIKE 'K29%'
               THEN t.jst_date <= e.last_date
                    AND (t.completed_jst IS NULL OR t.completed_jst >= CAST(e.last_date AS TIMESTAMP) + INTERVAL 1 DAY)
               ELSE t.jst_month IN (SELECT jst_month FROM asked) END
      AND CASE $grain WHEN 'tenant' THEN t.tenant_code = $entity WHEN 'channel' THEN t.channel = $entity
                      WHEN 'ticket_kind' THEN t.ticket_kind = $entity ELSE TRUE END
)
SELECT CASE WHEN $kpi_id = 'K28' THEN 'median' WHEN $kpi_id = 'K28.p90' THEN 'p90' ELSE 'sum' END AS fold,
       ticket_no || coalesce('　' || summary, '') AS item,
       '受付' || strftime(received_jst, '%Y-%m-%d %H:%M') || '、期限' || strftime(due_jst, '%Y-%m-%d %H:%M')
           || coalesce('、一次回答' || strftime(answered_jst, '%Y-%m-%d %H:%M'), '、未回答')
           || CASE WHEN $kpi_id LIKE 'K28%' THEN '、業務時間' || business_minutes || '分'
                   WHEN $kpi_id LIKE 'K29%' THEN '、' || age || '開庁日経過'
                   WHEN reopened > 0 THEN '、再オープン' || reopened || '回' ELSE '' END AS detail,
       CAST(CASE $kpi_id WHEN 'K26' THEN 1 WHEN 'K26.reopened' THEN CASE WHEN reopened > 0 THEN 1 ELSE 0 END
                         WHEN 'K27' THEN CASE WHEN answer_state = 'in_time' THEN 1 ELSE 0 END
                         WHEN 'K29' THEN CASE WHEN age > 10 THEN 1 ELSE 0 END
                         WHEN 'K29.over30' THEN CASE WHEN age > 30 THEN 1 ELSE 0 END ELSE business_minutes END AS DOUBLE)
           AS numerator,
       CAST(CASE WHEN $kpi_id = 'K27' THEN 1 END AS DOUBLE) AS denominator
FROM wanted
WHERE CASE WHEN $kpi_id = 'K27' THEN answer_state <> 'waiting' WHEN $kpi_id LIKE 'K28%' THEN business_minutes IS NOT NULL
           ELSE TRUE END
ORDER BY received_jst, ticket_no
