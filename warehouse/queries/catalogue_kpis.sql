-- one row per measure of a KPI and target that it has or had (one row without a target where it never had any)
-- Grains and reports are codes joined by commas.  Targets of other bodies are not shown; valid_to NULL: still valid.
SELECT k.kpi_id, k.kpi_no, k.name, k.purpose, k.formula, k.numerator, k.denominator, k.exclusions, k.unit, k.factor,
       k.decimals, k.rounding, k.direction, k.grains, k.reports, k.clause, k.model, k.headline, t.grain AS target_grain,
       t.entity AS target_entity, t.operator, CAST(t.target AS DOUBLE) AS target, CAST(t.caution AS DOUBLE) AS caution,
       t.clause AS target_clause, t.reason AS target_reason, t.valid_from,
       nullif(t.valid_to, DATE '9999-12-31') AS valid_to
FROM scoped.dim_kpi AS k
LEFT JOIN scoped.dim_target AS t ON t.kpi_id = k.kpi_id
ORDER BY k.sort_order, t.grain NULLS FIRST, t.entity NULLS FIRST, t.valid_from
