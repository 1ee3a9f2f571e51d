-- one row per feed that ever delivered a file
SELECT feed, max_by(title, load_id) AS title, max_by(table_name, load_id) AS table_name, max(loaded_at) AS last_loaded_at,
       CAST(count(*) AS BIGINT) AS files, CAST(count(CASE WHEN status = 'refused' THEN 1 END) AS BIGINT) AS refused_files,
       CAST(sum(accepted_rows) AS BIGINT) AS accepted_rows, CAST(sum(rejected_lines) AS BIGINT) AS rejected_lines,
       min(period_from) AS period_from, max(period_to) AS period_to
FROM scoped.load
GROUP BY feed
ORDER BY feed
