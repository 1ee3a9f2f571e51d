-- one row per late, corrected or refused file that touches the days
SELECT feed, title, file_name, loaded_at,
       CASE WHEN status = 'refused' THEN '不受理: ' || refusal
            WHEN note = 'corrected' THEN '訂正: 同じ期間の値を差し替えた。'
            ELSE '遅着: 期間より後に届いた。' END AS note
FROM scoped.load
WHERE period_from <= $last_date AND period_to >= $first_date AND (note IS NOT NULL OR status = 'refused')
ORDER BY loaded_at, load_id
