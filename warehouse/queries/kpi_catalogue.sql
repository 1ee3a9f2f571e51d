-- one row per measure of the KPI catalogue (config/kpi.toml), in its order
SELECT kpi_id, kpi_no, name, purpose, formula, numerator, denominator, exclusions, unit, decimals, rounding, direction, clause,
       headline, sort_order
FROM scoped.dim_kpi
ORDER BY sort_order
