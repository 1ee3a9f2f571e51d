-- one row per feed, entity and JST day of which files should tell, up to the end of the data
-- title: 到着状況（日）
-- keys: jst_date, feed, entity
-- inputs: arrival_due(month), arrival_count(month), dim_feed, dim_date(month), load, as_of
-- partition: jst_month
-- identities: received <= expected; expected - received = arrival_gap.missing per entity [arrivals_add_up]; expected of slots = sum of arrival_due.slots [arrival_days_add_up]
-- column unit: 数え方｜｜届くべきものを何で数えるか｜arrival_unit
-- column expected: 届くべき数｜数え方による｜その日に届くべき数
-- column received: 届いた数｜数え方による｜届くべきもののうち届いた数
-- column state: 到着の状態｜｜届くべきものがすべて届いたか｜arrival_state
-- unit slot: expected and received count samples of all series of the entity; day: whether a file that came after the
-- day covers it, with records or without (nothing detected is a valid day); month: likewise, on the month's last day,
-- due so many days later (due_day).  state: complete / partial / missing / not_due (nothing is due: the feed keeps
-- silent that day, or the ledger still has time).  records counts all records of the day, volume sums them.
WITH sampled AS (
    SELECT due.jst_month, due.jst_date, due.feed, due.entity, due.tenant_code, CAST(sum(due.slots) AS BIGINT) AS expected,
           CAST(sum(coalesce(c.received, 0)) AS BIGINT) AS received,
           CAST(sum(coalesce(c.records, 0)) AS BIGINT) AS records, CAST(sum(c.volume) AS BIGINT) AS volume
    FROM arrival_due AS due
    LEFT JOIN arrival_count AS c
        ON c.jst_date = due.jst_date AND c.feed = due.feed AND c.entity = due.entity AND c.series = due.series
        AND due.slots > 0
    GROUP BY due.jst_month, due.jst_date, due.feed, due.entity, due.tenant_code
),
ends AS (SELECT jst_month, max(jst_date) AS last_date FROM dim_date GROUP BY jst_month),
told AS (
    SELECT DISTINCT l.feed, d.jst_date
    FROM load AS l
    JOIN dim_date AS d ON d.jst_date BETWEEN l.period_from AND l.period_to AND d.jst_date < CAST(l.loaded_at AS DATE)
    WHERE l.status = 'accepted'
),
daily AS (
    SELECT d.jst_month, d.jst_date, f.feed, CASE WHEN f.days = 'open' AND NOT d.is_open_day THEN 0 ELSE 1 END AS expected,
           CASE WHEN t.feed IS NULL THEN 0 ELSE 1 END AS received
    FROM dim_feed AS f
    JOIN dim_date AS d ON d.jst_date >= f.first_date
    JOIN as_of AS a ON d.jst_date < a.as_of_date
    LEFT JOIN told AS t ON t.feed = f.feed AND t.jst_date = d.jst_date
    WHERE f.every = 'day'
),
ledgers AS (
    SELECT l.feed, e.jst_month, max(CASE WHEN CAST(l.loaded_at AS DATE) > e.last_date THEN 1 ELSE 0 END) AS whole
    FROM load AS l
    JOIN dim_date AS d ON d.jst_date BETWEEN l.period_from AND l.period_to
    JOIN ends AS e ON e.jst_month = d.jst_month
    WHERE l.status = 'accepted'
    GROUP BY l.feed, e.jst_month
),
monthly AS (
    SELECT d.jst_month, d.jst_date, f.feed,
           CASE WHEN l.whole = 1 OR a.as_of_date > d.jst_date + CAST(f.due_day AS INTEGER) THEN 1 ELSE 0 END AS expected,
           coalesce(l.whole, 0) AS received, CASE WHEN l.whole = 0 THEN 1 ELSE 0 END AS early
    FROM dim_feed AS f
    JOIN dim_date AS d ON d.jst_date >= f.first_date
    JOIN ends AS e ON e.last_date = d.jst_date
    JOIN as_of AS a ON d.jst_date < a.as_of_date
    LEFT JOIN ledgers AS l ON l.feed = f.feed AND l.jst_month = d.jst_month
    WHERE f.every = 'month'
)
SELECT jst_month, jst_date, feed, entity, tenant_code, 'slot' AS unit, expected, received,
       CASE WHEN expected = 0 THEN 'not_due' WHEN received = 0 THEN 'missing' WHEN received < expected THEN 'partial'
            ELSE 'complete' END AS state, records, volume
FROM sampled
UNION ALL
SELECT d.jst_month, d.jst_date, d.feed, '', NULL, 'day', CAST(d.expected AS BIGINT),
       CAST(least(d.received, d.expected) AS BIGINT),
       CASE WHEN d.expected = 0 THEN 'not_due' WHEN d.received = 0 THEN 'missing' ELSE 'complete' END,
       CAST(coalesce(c.records, 0) AS BIGINT), NULL
FROM daily AS d
LEFT JOIN arrival_count AS c ON c.jst_date = d.jst_date AND c.feed = d.feed AND c.entity = ''
UNION ALL
SELECT jst_month, jst_date, feed, '', NULL, 'month', CAST(expected AS BIGINT), CAST(received AS BIGINT),
       CASE WHEN expected = 0 THEN 'not_due' WHEN received = 1 THEN 'complete' WHEN early = 1 THEN 'partial'
            ELSE 'missing' END, NULL, NULL
FROM monthly
