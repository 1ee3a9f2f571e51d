-- one row per feed that is defined or ever delivered a file
-- expected and received: 5-minute values, days or months (unit), up to the end of the data; NULL where nothing is expected.
WITH files AS (
    SELECT feed, max_by(title, load_id) AS title, max_by(table_name, load_id) AS table_name,
           max(loaded_at) AS last_loaded_at, count(*) AS files, count(CASE WHEN status = 'refused' THEN 1 END) AS refused,
           sum(accepted_rows) AS accepted_rows, sum(rejected_lines) AS rejected_lines, min(period_from) AS period_from,
           max(period_to) AS period_to
    FROM scoped.load
    GROUP BY feed
),
waiting AS (
    SELECT l.feed, count(*) AS open_rejects
    FROM scoped.reject AS r
    JOIN scoped.load AS l ON l.load_id = r.load_id AND l.status = 'accepted'
    WHERE r.closed_as IS NULL
    GROUP BY l.feed
),
arrived AS (
    SELECT feed, max(unit) AS unit, sum(expected) AS expected, sum(received) AS received,
           max(CASE WHEN received > 0 THEN jst_date END) AS last_date
    FROM scoped.arrival_day
    GROUP BY feed
),
gaps AS (SELECT feed, count(*) AS gaps FROM scoped.arrival_gap GROUP BY feed),
odd AS (SELECT feed, count(DISTINCT (entity, jst_date)) AS suspicious FROM scoped.arrival_anomaly GROUP BY feed)
SELECT n.feed, coalesce(d.title, f.title) AS title, coalesce(d.table_name, f.table_name) AS table_name, f.last_loaded_at,
       CAST(coalesce(f.files, 0) AS BIGINT) AS files, CAST(coalesce(f.refused, 0) AS BIGINT) AS refused_files,
       CAST(coalesce(f.accepted_rows, 0) AS BIGINT) AS accepted_rows,
       CAST(coalesce(f.rejected_lines, 0) AS BIGINT) AS rejected_lines,
       CAST(coalesce(w.open_rejects, 0) AS BIGINT) AS open_rejects, f.period_from, f.period_to, a.unit,
       CAST(a.expected AS BIGINT) AS expected, CAST(a.received AS BIGINT) AS received, a.last_date,
       CAST(coalesce(g.gaps, 0) AS BIGINT) AS gaps, CAST(coalesce(o.suspicious, 0) AS BIGINT) AS suspicious_days
FROM (SELECT feed FROM scoped.dim_feed UNION SELECT feed FROM files) AS n
LEFT JOIN scoped.dim_feed AS d ON d.feed = n.feed
LEFT JOIN files AS f ON f.feed = n.feed
LEFT JOIN waiting AS w ON w.feed = n.feed
LEFT JOIN arrived AS a ON a.feed = n.feed
LEFT JOIN gaps AS g ON g.feed = n.feed
LEFT JOIN odd AS o ON o.feed = n.feed
WHERE getvariable('scope_platform')
ORDER BY n.feed
