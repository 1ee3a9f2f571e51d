-- one row per line that is in service on any day of the dates, as it was on the last of these days
SELECT line_id, name
FROM scoped.dim_line
WHERE valid_from <= $last_date AND valid_to >= $first_date
QUALIFY row_number() OVER (PARTITION BY line_id ORDER BY valid_from DESC) = 1
ORDER BY sort_order
