-- one row per reporting period, KPI, grain and entity: numerator, denominator, value, target and judgement
-- title: 指標の値
-- keys: period_id, kpi_id, grain, entity
-- inputs: reporting_period(period), period_entity(period), dim_kpi, dim_target, kpi_service(period), kpi_fault(period), kpi_line(period), kpi_tenant(period), kpi_device(period), kpi_capacity(period), kpi_licence(period), kpi_filter(period), kpi_ticket(period), kpi_change(period), kpi_security(period), kpi_patch(period), kpi_obligation(period)
-- partition: period
-- identities: received <= expected; one target at most [kpi_within_bounds]
-- value = numerator / denominator * factor, unrounded but for the noise of binary fractions (nine decimals), which the
-- judgement is made on: 達成 / 注意 / 未達 / 目標未設定 / 対象なし (denominator 0) / データなし (nothing was told).
-- The target is the one valid on the last day told: the entity's own, else its grain's, else the general one.
WITH part AS (
    SELECT period_id, kpi_id, grain, entity, numerator, denominator, n, expected, received FROM kpi_service
    UNION ALL SELECT period_id, kpi_id, grain, entity, numerator, denominator, n, expected, received FROM kpi_fault
    UNION ALL SELECT period_id, kpi_id, grain, entity, numerator, denominator, n, expected, received FROM kpi_line
    UNION ALL SELECT period_id, kpi_id, grain, entity, numerator, denominator, n, expected, received FROM kpi_tenant
    UNION ALL SELECT period_id, kpi_id, grain, entity, numerator, denominator, n, expected, received FROM kpi_device
    UNION ALL SELECT period_id, kpi_id, grain, entity, numerator, denominator, n, expected, received FROM kpi_capacity
    UNION ALL SELECT period_id, kpi_id, grain, entity, numerator, denominator, n, expected, received FROM kpi_licence
    UNION ALL SELECT period_id, kpi_id, grain, entity, numerator, denominator, n, expected, received FROM kpi_filter
    UNION ALL SELECT period_id, kpi_id, grain, entity, numerator, denominator, n, expected, received FROM kpi_ticket
    UNION ALL SELECT period_id, kpi_id, grain, entity, numerator, denominator, n, expected, received FROM kpi_change
    UNION ALL SELECT period_id, kpi_id, grain, entity, numerator, denominator, n, expected, received FROM kpi_security
    UNION ALL SELECT period_id, kpi_id, grain, entity, numerator, denominator, n, expected, received FROM kpi_patch
    UNION ALL SELECT period_id, kpi_id, grain, entity, numerator, denominator, n, expected, received FROM kpi_obligation
),
valued AS (
    SELECT r.period_id, r.kind, r.through_date, a.kpi_id, a.grain, a.entity, e.name AS entity_name,
           CASE WHEN a.grain = 'tenant' THEN a.entity END AS tenant_code, a.numerator, a.denominator,
           CAST(round(CAST(a.numerator AS DOUBLE) / nullif(CAST(a.denominator AS DOUBLE), 0) * k.factor, 9) AS DOUBLE)
               AS value,
           a.n, a.expected, a.received
    FROM part AS a
    JOIN reporting_period AS r ON r.period_id = a.period_id
    JOIN dim_kpi AS k ON k.kpi_id = a.kpi_id
    LEFT JOIN period_entity AS e ON e.period_id = a.period_id AND e.grain = a.grain AND e.entity = a.entity
),
aimed AS (
    SELECT v.*, t.operator, CAST(t.target AS DOUBLE) AS target, CAST(t.caution AS DOUBLE) AS caution,
           t.clause AS target_clause
    FROM valued AS v
    LEFT JOIN dim_target AS t
        ON t.kpi_id = v.kpi_id AND v.through_date BETWEEN t.valid_from AND t.valid_to
        AND (t.grain IS NULL OR t.grain = v.grain) AND (t.entity IS NULL OR t.entity = v.entity)
    QUALIFY row_number() OVER (PARTITION BY v.period_id, v.kpi_id, v.grain, v.entity
                               ORDER BY CASE WHEN t.entity IS NOT NULL THEN 0 WHEN t.grain IS NOT NULL THEN 1 ELSE 2 END
                                        NULLS LAST, t.valid_from DESC NULLS LAST) = 1
)
SELECT period_id, kind, kpi_id, grain, entity, entity_name, tenant_code, numerator, denominator, value, n, expected, received,
       operator, target, caution, target_clause,
       CASE WHEN denominator = 0 THEN '対象なし'
            WHEN value IS NULL THEN 'データなし'
            WHEN target IS NULL THEN '目標未設定'
            WHEN operator = '>=' AND value >= target THEN '達成'
            WHEN operator = '>=' AND value >= caution THEN '注意'
            WHEN operator = '<=' AND value <= coalesce(caution, target) THEN '達成'
            WHEN operator = '<=' AND value <= target THEN '注意'
            ELSE '未達' END AS judgement
FROM aimed
