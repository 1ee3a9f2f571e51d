-- 指標の値が、登録された対象のものであること
SELECT DISTINCT kpi_id, grain, entity FROM kpi_value WHERE entity_name IS NULL
