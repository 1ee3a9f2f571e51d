-- one row per feed, column and text of which it could not be told whose it is, with its records, the most frequent first
-- kept: the records count, under the explicit code unknown; otherwise they are open rejects and wait for a registration.
-- Of records looked up by address every address that the record holds is a row (those of inner networks first): which of
-- them is whose, nobody knows.
WITH kept AS (
    SELECT feed, unattributed FROM scoped.ticket WHERE unattributed IS NOT NULL
    UNION ALL
    SELECT feed, unattributed FROM scoped.ticket_event WHERE unattributed IS NOT NULL
    UNION ALL
    SELECT feed, unattributed FROM scoped.change_request WHERE unattributed IS NOT NULL
    UNION ALL
    SELECT feed, unattributed FROM scoped.fault WHERE unattributed IS NOT NULL
    UNION ALL
    SELECT feed, unattributed FROM scoped.detection WHERE unattributed IS NOT NULL
    UNION ALL
    SELECT feed, unattributed FROM scoped.judgement WHERE unattributed IS NOT NULL
    UNION ALL
    SELECT feed, unattributed FROM scoped.calendar_event WHERE unattributed IS NOT NULL
),
said AS (SELECT feed, unnest(string_split(unattributed, chr(10))) AS entry FROM kept),
parted AS (
    SELECT feed, split_part(entry, '=', 1) AS column_name, substr(entry, strpos(entry, '=') + 1) AS text FROM said
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
texts AS (
    SELECT feed, column_name, unnest(string_split(text, '／')) AS text, TRUE AS kept, 1 AS n FROM parted
    UNION ALL
    SELECT feed, '機器/項目', text, TRUE, n FROM unmonitored
    UNION ALL
    SELECT l.feed, coalesce(r.column_name, ''), coalesce(r.raw_value, ''), FALSE, 1
    FROM scoped.reject AS r
    JOIN scoped.load AS l ON l.load_id = r.load_id AND l.status = 'accepted'
    WHERE r.closed_as IS NULL AND r.reason LIKE '%の設定に登録されていません'
)
SELECT t.feed, coalesce(f.title, t.feed) AS title, t.column_name, t.text, t.kept, CAST(sum(t.n) AS BIGINT) AS n
FROM texts AS t
LEFT JOIN scoped.dim_feed AS f ON f.feed = t.feed
WHERE getvariable('scope_platform')
GROUP BY t.feed, f.title, t.column_name, t.text, t.kept
ORDER BY t.feed,
         CASE WHEN regexp_matches(t.text, '^(10\.|192\.168\.|172\.(1[6-9]|2[0-9]|3[01])\.|f[cd][0-9a-f]{2}:)') THEN 0 ELSE 1 END,
         n DESC, t.column_name, t.text, t.kept
