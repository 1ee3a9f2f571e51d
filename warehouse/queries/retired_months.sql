-- one row per month whose samples were taken out of the lake; its numbers stay as they were while marts_kept
SELECT jst_month, marts_kept
FROM scoped.retired_month
ORDER BY jst_month
