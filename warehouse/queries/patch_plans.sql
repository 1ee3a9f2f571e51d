-- one row per vulnerability that was planned to be patched, or was patched, in the days, the earliest plan first
-- devices: those that it concerns; in_time: applied by the day planned; off_hours: applied on a closed day or after hours.
SELECT c.patch_id, max(c.title) AS title, max(n.name) AS impact_name, min(c.planned_date) AS planned_date,
       max(c.applied_date) AS applied_date, count(*) AS devices,
       count(CASE WHEN c.status = 'applied' THEN 1 END) AS applied,
       count(CASE WHEN c.applied_date <= c.planned_date THEN 1 END) AS in_time,
       count(CASE WHEN c.applied_date IS NOT NULL AND c.time_band IN ('after_hours', 'closed_day') THEN 1 END) AS off_hours,
       max(c.reason) AS reason
FROM scoped.patch_case AS c
LEFT JOIN scoped.catalogue_code AS n ON n.list_name = 'impact' AND n.code = c.impact
WHERE c.status <> 'not_needed'
  AND (c.planned_date BETWEEN $first_date AND $last_date OR c.applied_date BETWEEN $first_date AND $last_date)
GROUP BY c.patch_id
ORDER BY min(c.planned_date) NULLS LAST, c.patch_id
