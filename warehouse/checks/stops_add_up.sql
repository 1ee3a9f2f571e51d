-- 停止の時間の内数が全体を超えないこと
SELECT jst_month, service_id, entity, planned_seconds, allowed_seconds, any_seconds
FROM outage_month
WHERE planned_seconds > allowed_seconds OR allowed_seconds > any_seconds OR planned_seconds < 0
