-- one row per covered month: first answers of the tickets received in it (business hours 8:30-17:15)
SELECT v.jst_month, CAST(count(t.ticket_no) AS BIGINT) AS received,
       CAST(count(CASE WHEN t.answer_state <> 'waiting' THEN 1 END) AS BIGINT) AS due,
       CAST(count(CASE WHEN t.answer_state = 'in_time' THEN 1 END) AS BIGINT) AS in_time,
       CAST(count(CASE WHEN t.answer_state = 'late' THEN 1 END) AS BIGINT) AS late,
       100.0 * count(CASE WHEN t.answer_state = 'in_time' THEN 1 END)
           / nullif(count(CASE WHEN t.answer_state <> 'waiting' THEN 1 END), 0) AS in_time_pct,
       CAST(percentile_cont(0.5) WITHIN GROUP (ORDER BY t.business_minutes) AS DOUBLE) / 60 AS median_hours,
       CAST(percentile_disc(0.9) WITHIN GROUP (ORDER BY t.business_minutes) AS DOUBLE) / 60 AS p90_hours
FROM scoped.covered_month AS v
LEFT JOIN scoped.ticket_answer AS t ON t.jst_month = v.jst_month
WHERE v.table_name = 'ticket' AND v.jst_month BETWEEN $from_month AND $to_month
GROUP BY v.jst_month
ORDER BY v.jst_month
