-- one row per line or device metric and threshold (70, 90, 100 %): when the trend of the months up to $month reaches it
-- reach_month with its range (earliest, latest); reach_text 見込みなし where nothing points there within five years.
-- request_by: the last deadline for budget requests before the fiscal year of reach_month; is_late when it has passed.
WITH reached AS (
    SELECT t.grain, t.entity, t.metric, r.threshold_pct, t.state, t.months, CAST(t.value AS DOUBLE) AS value,
           CAST(t.limit_value AS DOUBLE) AS limit_value, CAST(t.slope AS DOUBLE) AS slope_per_month, r.months_left,
           r.months_low, r.months_high, CAST(c.first_date AS TIMESTAMP) AS now_month, c.last_date
    FROM scoped.capacity_trend AS t
    JOIN scoped.calendar_month AS c ON c.jst_month = t.jst_month
    LEFT JOIN scoped.capacity_reach AS r
        ON r.jst_month = t.jst_month AND r.grain = t.grain AND r.entity = t.entity AND r.metric = t.metric
    WHERE t.jst_month = $month
),
dated AS (
    SELECT *, strftime(now_month + to_months(CAST(months_left AS INTEGER)), '%Y-%m') AS reach_month,
           strftime(now_month + to_months(CAST(months_low AS INTEGER)), '%Y-%m') AS reach_earliest,
           strftime(now_month + to_months(CAST(months_high AS INTEGER)), '%Y-%m') AS reach_latest,
           year(now_month + to_months(CAST(months_left AS INTEGER)))
               - CASE WHEN month(now_month + to_months(CAST(months_left AS INTEGER))) < 4 THEN 1 ELSE 0 END AS fiscal_year
    FROM reached
),
requested AS (
    SELECT d.*, (SELECT max(CAST(CAST(d.fiscal_year - CASE WHEN b.month_day < '04-01' THEN 0 ELSE 1 END AS VARCHAR) || '-'
                                 || b.month_day AS DATE)) FROM scoped.dim_budget_request AS b) AS request_by
    FROM dated AS d
)
SELECT q.grain, q.entity, coalesce(l.name, v.name, q.entity) AS name, q.metric, q.threshold_pct, q.months, q.value,
       q.limit_value, 100 * q.value / nullif(q.limit_value, 0) AS used_pct, q.slope_per_month, q.state, q.months_left,
       q.reach_month, q.reach_earliest, q.reach_latest,
       CASE WHEN q.state = 'short' THEN 'データなし' WHEN q.months_left = 0 THEN '到達済み'
            WHEN q.months_left IS NULL THEN '見込みなし' ELSE q.reach_month END AS reach_text,
       CASE WHEN q.months_left > 0 THEN q.request_by END AS request_by,
       q.months_left > 0 AND q.request_by < q.last_date AS is_late
FROM requested AS q
LEFT JOIN scoped.dim_line AS l ON q.grain = 'line' AND l.line_id = q.entity AND q.last_date BETWEEN l.valid_from AND l.valid_to
LEFT JOIN scoped.dim_device AS v
    ON q.grain = 'device' AND v.device_id = q.entity AND q.last_date BETWEEN v.valid_from AND v.valid_to
ORDER BY q.grain DESC, l.sort_order, v.sort_order, q.metric, q.threshold_pct
