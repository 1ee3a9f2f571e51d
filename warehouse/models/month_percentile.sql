-- one row per month and series of regular samples
-- title: 95パーセンタイル（月）
-- keys: jst_month, table_name, entity, series
-- inputs: high_sample(month)
-- partition: jst_month
-- identities: p95_value <= max_value
-- Nearest rank: of n values in ascending order the one at place ceil(0.95 n), counted here from the highest.
-- cut_value is the lowest value that high_sample keeps; values below it are not kept where kept < samples.
SELECT jst_month, table_name, entity, series, tenant_code, samples,
       max(CASE WHEN place = samples - ceil(samples * 0.95) + 1 THEN value END) AS p95_value,
       max(value) AS max_value, min(value) AS cut_value, CAST(count(*) AS BIGINT) AS kept
FROM high_sample
GROUP BY jst_month, table_name, entity, series, tenant_code, samples
