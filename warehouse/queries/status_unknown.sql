-- one row per feed with records of which it could not be told whose they are: kept as unknown (n), or waiting as rejects
-- Samples of a device metric that nobody registered are kept, too, and stand in no figure.
WITH kept AS (
    SELECT feed FROM scoped.ticket WHERE unattributed IS NOT NULL
    UNION ALL
    SELECT feed FROM scoped.ticket_event WHERE unattributed IS NOT NULL
    UNION ALL
    SELECT feed FROM scoped.change_request WHERE unattributed IS NOT NULL
    UNION ALL
    SELECT feed FROM scoped.fault WHERE unattributed IS NOT NULL
    UNION ALL
    SELECT feed FROM scoped.detection WHERE unattributed IS NOT NULL
    UNION ALL
    SELECT feed FROM scoped.judgement WHERE unattributed IS NOT NULL
    UNION ALL
    SELECT feed FROM scoped.calendar_event WHERE unattributed IS NOT NULL
),
unmonitored AS (
    SELECT c.feed, c.entity || '/' || c.series AS text, sum(c.records) AS n
    FROM scoped.arrival_count AS c
    JOIN scoped.dim_feed AS f ON f.feed = c.feed AND f.table_name = 'device_sample'
    LEFT JOIN scoped.dim_device_metric AS m
        ON m.device_id = c.entity AND m.metric = c.series AND c.jst_date BETWEEN m.valid_from AND m.valid_to
    WHERE m.metric IS NULL
    GROUP BY c.feed, c.entity, c.series
),
counted AS (
    SELECT feed, 1 AS n, 0 AS waiting FROM kept
    UNION ALL
    SELECT feed, n, 0 FROM unmonitored
    UNION ALL
    SELECT l.feed, 0, 1
    FROM scoped.reject AS r
    JOIN scoped.load AS l ON l.load_id = r.load_id AND l.status = 'accepted'
    WHERE r.closed_as IS NULL AND r.reason LIKE '%の設定に登録されていません'
)
SELECT c.feed, coalesce(f.title, c.feed) AS title, CAST(sum(c.n) AS BIGINT) AS n, CAST(sum(c.waiting) AS BIGINT) AS waiting
FROM counted AS c
LEFT JOIN scoped.dim_feed AS f ON f.feed = c.feed
WHERE getvariable('scope_platform')
GROUP BY c.feed, f.title
ORDER BY c.feed
