-- one row per feed: what it promised, and how fresh its data are
-- covered_to: the last month of which its table's files tell; last_date: the last day of which something that was due
-- came (of the scope's own bodies, or of all).  Files, rows and times of loads are prefecture-wide: NULL without that scope.
WITH files AS (
    SELECT feed, max(loaded_at) AS last_loaded_at, CAST(count(*) AS BIGINT) AS files,
           CAST(sum(accepted_rows) AS BIGINT) AS accepted_rows
    FROM scoped.load
    WHERE status = 'accepted'
    GROUP BY feed
),
arrived AS (
    SELECT feed, max(CASE WHEN received > 0 THEN jst_date END) AS last_date FROM scoped.arrival_day GROUP BY feed
),
covered AS (SELECT table_name, max(jst_month) AS covered_to FROM scoped.covered_month GROUP BY table_name)
SELECT d.feed, d.title, d.table_name, t.title AS table_title, d.file_names, d.every, d.days, d.opens_minute, d.closes_minute,
       d.interval_minutes, d.due_day, d.first_date, c.covered_to, a.last_date, f.last_loaded_at,
       CASE WHEN getvariable('scope_platform') THEN coalesce(f.files, 0) END AS files,
       CASE WHEN getvariable('scope_platform') THEN coalesce(f.accepted_rows, 0) END AS accepted_rows,
       o.as_of_jst AS data_as_of
FROM scoped.dim_feed AS d
LEFT JOIN scoped.catalogue_table AS t ON t.table_name = d.table_name
LEFT JOIN covered AS c ON c.table_name = d.table_name
LEFT JOIN arrived AS a ON a.feed = d.feed
LEFT JOIN files AS f ON f.feed = d.feed
CROSS JOIN scoped.as_of AS o
ORDER BY d.feed
