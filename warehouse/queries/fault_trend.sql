-- one row per covered month: faults detected in it; minutes from detection
SELECT v.jst_month, CAST(count(f.fault_no) AS BIGINT) AS n,
       CAST(sum(f.restore_minutes) AS DOUBLE) / nullif(count(f.restore_minutes), 0) AS mean_restore_minutes,
       CAST(percentile_cont(0.5) WITHIN GROUP (ORDER BY f.restore_minutes) AS DOUBLE) AS median_restore_minutes,
       CAST(max(f.restore_minutes) AS DOUBLE) AS max_restore_minutes,
       CAST(sum(f.start_minutes) AS DOUBLE) / nullif(count(f.start_minutes), 0) AS mean_start_minutes
FROM scoped.covered_month AS v
LEFT JOIN scoped.fault_case AS f ON f.jst_month = v.jst_month
WHERE v.table_name = 'fault' AND v.jst_month BETWEEN $from_month AND $to_month AND getvariable('scope_platform')
GROUP BY v.jst_month
ORDER BY v.jst_month
