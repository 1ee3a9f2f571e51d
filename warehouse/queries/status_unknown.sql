-- one row per fact table with rows whose tenant could not be told
SELECT 'センサー検知' AS title, CAST(count(*) AS BIGINT) AS n FROM scoped.detection WHERE tenant_code = 'unknown'
HAVING getvariable('scope_platform')
UNION ALL
SELECT 'SOC判定', CAST(count(*) AS BIGINT) FROM scoped.judgement WHERE tenant_code = 'unknown'
HAVING getvariable('scope_platform')
