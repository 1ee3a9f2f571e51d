-- one row per security function of the month, over the bodies of the scope; 0 where a month that is told of had none
WITH counted AS (
    SELECT function, CAST(sum(n) AS BIGINT) AS n, CAST(sum(blocked) AS BIGINT) AS blocked
    FROM scoped.security_day
    WHERE jst_month = $month
    GROUP BY function
),
told AS (
    SELECT DISTINCT jst_month
    FROM scoped.covered_month
    WHERE table_name IN ('detection', 'judgement') AND jst_month = $month
),
listed AS (
    SELECT f.function, f.name AS function_name, coalesce(c.n, 0) AS n, coalesce(c.blocked, 0) AS blocked, f.sort_order
    FROM told AS v
    JOIN scoped.calendar_month AS m ON m.jst_month = v.jst_month
    JOIN scoped.dim_function AS f ON m.last_date BETWEEN f.valid_from AND f.valid_to
    LEFT JOIN counted AS c ON c.function = f.function
    UNION ALL
    SELECT c.function, CASE WHEN c.function = 'unknown' THEN '不明' ELSE c.function END, c.n, c.blocked, NULL
    FROM counted AS c
    JOIN scoped.calendar_month AS m ON m.jst_month = $month
    LEFT JOIN scoped.dim_function AS f ON f.function = c.function AND m.last_date BETWEEN f.valid_from AND f.valid_to
    WHERE f.function IS NULL
)
SELECT function, function_name, n, blocked, 100.0 * blocked / nullif(n, 0) AS blocked_pct
FROM listed
ORDER BY sort_order NULLS LAST, function
