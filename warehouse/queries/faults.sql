-- one row per fault detected in the days; times JST
SELECT f.fault_no, f.title, CASE WHEN f.service_id = 'unknown' THEN '不明' ELSE s.name END AS service_name,
       f.occurred_jst AS occurred_at, f.detected_jst AS detected_at,
       f.started_jst AS started_at, f.temporary_restored_jst AS temporary_restored_at, f.restored_jst AS restored_at,
       f.cause_kind, CASE f.boundary WHEN 'inside' THEN '範囲内' ELSE '範囲外' END AS boundary_name, CASE WHEN f.affected = '*' THEN '全団体'
            ELSE (SELECT string_agg(coalesce(n.name, '不明'), '、' ORDER BY n.sort_order NULLS LAST, part.code)
                  FROM (SELECT unnest(string_split(f.affected, ',')) AS code) AS part
                  LEFT JOIN scoped.dim_tenant AS n
                      ON n.tenant_code = part.code AND f.jst_date BETWEEN n.valid_from AND n.valid_to) END AS affected, f.measures,
       CASE f.status WHEN 'open' THEN '対応中' WHEN 'restored' THEN '復旧済' ELSE '完了' END AS status_name
FROM scoped.fault_case AS f
LEFT JOIN scoped.dim_service AS s ON s.service_id = f.service_id AND f.jst_date BETWEEN s.valid_from AND s.valid_to
WHERE f.jst_date BETWEEN $first_date AND $last_date
ORDER BY f.detected_jst, f.fault_no
