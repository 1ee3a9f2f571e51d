-- 一つの月が、同じ種類の期間の二つに数えられていないこと
SELECT kind, jst_month, count(*) AS periods
FROM period_month
GROUP BY kind, jst_month
HAVING count(*) > 1
