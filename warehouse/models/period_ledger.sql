-- one row per reporting period and ledger, with how many of the period's months its files tell of
-- title: 台帳の取得状況（期間）
-- keys: period_id, table_name
-- inputs: period_month(period), covered_month(period), dim_fact
-- partition: period
-- identities: months_told <= months_due [coverage_of_ledgers]
SELECT p.period_id, f.table_name, CAST(count(*) AS BIGINT) AS months_due, CAST(count(c.jst_month) AS BIGINT) AS months_told
FROM period_month AS p
CROSS JOIN dim_fact AS f
LEFT JOIN covered_month AS c ON c.jst_month = p.jst_month AND c.table_name = f.table_name
WHERE f.interval_seconds IS NULL
GROUP BY p.period_id, f.table_name
