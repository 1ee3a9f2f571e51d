-- one row per licensed capacity at the month's end; the last figure of the month, NULL when none was received
SELECT l.kind, l.name, u.used, l.capacity, 100.0 * u.used / nullif(l.capacity, 0) AS used_pct, l.unit, l.clause,
       l.sort_order
FROM scoped.dim_licence AS l
JOIN scoped.calendar_month AS c ON c.jst_month = $month AND c.last_date BETWEEN l.valid_from AND l.valid_to
LEFT JOIN scoped.licence_usage AS u ON u.kind = l.kind AND u.jst_month = c.jst_month
QUALIFY row_number() OVER (PARTITION BY l.kind ORDER BY u.month_start DESC NULLS LAST) = 1
ORDER BY l.sort_order
