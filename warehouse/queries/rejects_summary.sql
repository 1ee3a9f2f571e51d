-- one row per feed and reason of rejected lines in files that touch the days
SELECT l.feed, max(l.title) AS title, r.reason, CAST(count(*) AS BIGINT) AS n
FROM scoped.reject AS r
JOIN scoped.load AS l ON l.load_id = r.load_id
WHERE l.period_from <= $last_date AND l.period_to >= $first_date
GROUP BY l.feed, r.reason
ORDER BY l.feed, n DESC, r.reason
