-- one row per feed with files that touch the days
SELECT feed, max(title) AS title, CAST(count(*) AS BIGINT) AS files, CAST(sum(accepted_rows) AS BIGINT) AS accepted,
       CAST(sum(rejected_lines) AS BIGINT) AS rejected,
       CAST(count(CASE WHEN status = 'refused' THEN 1 END) AS BIGINT) AS refused_files, max(loaded_at) AS last_loaded_at
FROM scoped.load
WHERE (period_from <= $last_date AND period_to >= $first_date)
   OR (period_from IS NULL AND CAST(loaded_at AS DATE) BETWEEN $first_date AND $last_date + INTERVAL 45 DAY)
GROUP BY feed
ORDER BY feed
