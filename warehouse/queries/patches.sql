-- one row per vulnerability or update and device, published or applied in the days or still to be applied on the last day
-- state_name is that of the last day, whatever was done later.
SELECT p.patch_id, p.title, p.device_id, coalesce(v.name, p.device_id) AS device_name,
       CASE p.impact WHEN 'critical' THEN '緊急' WHEN 'high' THEN '高' WHEN 'medium' THEN '中' WHEN 'low' THEN '低' ELSE 'なし' END
           AS impact_name,
       p.published_date, p.planned_date, CASE WHEN p.applied_date <= $last_date THEN p.applied_date END AS applied_date,
       CASE WHEN p.applied_date <= $last_date
            THEN CASE p.time_band WHEN 'office_hours' THEN '業務時間内' WHEN 'after_hours' THEN '時間外'
                                  WHEN 'closed_day' THEN '閉庁日' END END AS time_band_name,
       CASE WHEN p.status = 'not_needed' THEN '適用不要' WHEN p.applied_date <= $last_date THEN '適用済'
            WHEN p.planned_date IS NOT NULL THEN '適用予定' ELSE '未定' END AS state_name, p.reason
FROM scoped.patch_case AS p
LEFT JOIN scoped.dim_device AS v
    ON v.device_id = p.device_id AND p.published_date BETWEEN v.valid_from AND v.valid_to
WHERE p.published_date <= $last_date
  AND (p.published_date >= $first_date OR p.applied_date >= $first_date
       OR (p.applied_date IS NULL AND p.status <> 'not_needed'))
ORDER BY CASE p.impact WHEN 'critical' THEN 1 WHEN 'high' THEN 2 WHEN 'medium' THEN 3 WHEN 'low' THEN 4 ELSE 5 END,
         p.published_date, p.patch_id, v.sort_order, p.device_id
