-- one row: the definition of a KPI measure
SELECT * FROM scoped.dim_kpi WHERE kpi_id = $kpi_id
