-- one row per measure of that id: its definition
SELECT *
FROM scoped.dim_kpi
WHERE kpi_id = $kpi_id
ORDER BY kpi_id
