-- one row per target that a KPI measure has or had: for whom, value, since when, why
SELECT t.grain, t.entity, t.operator, CAST(t.target AS DOUBLE) AS target, CAST(t.caution AS DOUBLE) AS caution, t.clause,
       t.reason, t.valid_from, CASE WHEN t.valid_to < DATE '9999-12-31' THEN t.valid_to END AS valid_to
FROM scoped.dim_target AS t
WHERE t.kpi_id = $kpi_id
ORDER BY t.grain NULLS FIRST, t.entity NULLS FIRST, t.valid_from
