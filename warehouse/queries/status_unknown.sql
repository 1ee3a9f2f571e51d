-- one row per fact table with rows whose tenant could not be told
SELECT 'detection' AS table_name, CAST(count(*) AS BIGINT) AS n FROM scoped.detection WHERE tenant_code = 'unknown'
HAVING getvariable('scope_platform')
UNION ALL
SELECT 'judgement', CAST(count(*) AS BIGINT) FROM scoped.judgement WHERE tenant_code = 'unknown'
HAVING getvariable('scope_platform')
