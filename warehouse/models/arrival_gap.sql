-- one row per feed, entity and unbroken run of what was due and did not come
-- title: 欠測の区間
-- keys: feed, entity, from_jst
-- inputs: arrival_gap_day, arrival_day, dim_feed, dim_date
-- partition: none
-- identities: sum of missing = arrival_day.expected - received per entity [arrivals_add_up]; from_jst < to_jst [dates_match_times]
-- column unit: 数え方｜｜届くべきものを何で数えるか｜arrival_unit
-- column slots: 間隔の数｜数え方による｜区間に含まれる5分、日又は月の数
-- column expected: 届くべき数｜数え方による｜区間に届くべき数（全系列）
-- column missing: 欠測の数｜数え方による｜届くべきもののうち届かなかった数
-- Runs go on from day to day, over closed days and nights when the feed keeps silent, too.  from_jst inclusive, to_jst
-- exclusive; slots counts the feed's intervals (days, months) in the run, minutes their length, missing what did not
-- come of the expected records: fewer than expected where some series came.
WITH pieces AS (
    SELECT g.feed, g.entity, g.tenant_code, 'slot' AS unit, g.jst_date, g.expected, g.missing,
           g.last_slot - g.first_slot + 1 AS slots, f.opens_minute + g.first_slot * f.interval_minutes AS from_minute,
           f.opens_minute + (g.last_slot + 1) * f.interval_minutes AS to_minute,
           CASE WHEN f.days = 'open' THEN d.open_day_number ELSE d.day_number END
               * CAST(floor((f.closes_minute - f.opens_minute) / nullif(f.interval_minutes, 0)) AS BIGINT)
               + g.first_slot AS first_place
    FROM arrival_gap_day AS g
    JOIN dim_feed AS f ON f.feed = g.feed
    JOIN dim_date AS d ON d.jst_date = g.jst_date
    UNION ALL
    SELECT a.feed, a.entity, a.tenant_code, a.unit, a.jst_date, a.expected, a.expected - a.received, 1,
           CASE WHEN a.unit = 'day' THEN 0 ELSE 1440 * (1 - extract(DAY FROM a.jst_date)) END, 1440,
           CASE WHEN a.unit = 'month' THEN CAST(substr(a.jst_month, 1, 4) AS BIGINT) * 12
                                           + CAST(substr(a.jst_month, 6, 2) AS BIGINT)
                WHEN f.days = 'open' THEN d.open_day_number ELSE d.day_number END
    FROM arrival_day AS a
    JOIN dim_feed AS f ON f.feed = a.feed
    JOIN dim_date AS d ON d.jst_date = a.jst_date
    WHERE a.unit <> 'slot' AND a.received < a.expected
),
flagged AS (
    SELECT *, CASE WHEN first_place <= max(first_place + slots) OVER (
                        PARTITION BY feed, entity, unit ORDER BY first_place NULLS LAST, jst_date NULLS LAST
                        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) THEN 0 ELSE 1 END AS opens
    FROM pieces
),
numbered AS (
    SELECT *, CAST(sum(opens) OVER (
                        PARTITION BY feed, entity, unit ORDER BY first_place NULLS LAST, jst_date NULLS LAST
                        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS BIGINT) AS run
    FROM flagged
)
SELECT feed, entity, tenant_code, unit, min(CAST(jst_date AS TIMESTAMP) + from_minute * INTERVAL '1' MINUTE) AS from_jst,
       max(CAST(jst_date AS TIMESTAMP) + to_minute * INTERVAL '1' MINUTE) AS to_jst, CAST(sum(slots) AS BIGINT) AS slots,
       CAST(sum(to_minute - from_minute) AS BIGINT) AS minutes, CAST(sum(expected) AS BIGINT) AS expected,
       CAST(sum(missing) AS BIGINT) AS missing
FROM numbered
GROUP BY feed, entity, tenant_code, unit, run
