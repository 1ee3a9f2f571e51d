-- one row per late, corrected, mended, outdated or refused file that touches the days
-- A refused file whose period cannot be told counts for what was closed when it came: up to 45 days after the end.
SELECT feed, title, file_name, loaded_at,
       CASE WHEN status = 'refused' THEN '不受理: ' || refusal
            WHEN note = 'corrected' THEN '訂正: 同じ期間の値を差し替えた。'
            WHEN note = 'mended' THEN '却下行の補正: 却下した行を直した' || accepted_rows || '件を取り込んだ。'
            WHEN note = 'outdated' THEN '旧版: より新しい版が届いていたため使わなかった。'
            ELSE '遅着: 期間より後に届いた。' END AS note
FROM scoped.load
WHERE (note IS NOT NULL AND note <> 'loss' OR status = 'refused')
  AND ((period_from <= $last_date AND period_to >= $first_date)
       OR (period_from IS NULL AND CAST(loaded_at AS DATE) BETWEEN $first_date AND $last_date + INTERVAL 45 DAY))
ORDER BY loaded_at, load_id
