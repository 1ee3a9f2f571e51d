-- one row per severity of detections as defined on the day, lowest first
SELECT severity, name AS severity_name, serious, block_required, definition
FROM scoped.dim_severity
WHERE $last_date BETWEEN valid_from AND valid_to
ORDER BY sort_order
