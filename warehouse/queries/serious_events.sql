-- one row per event judged serious whose detection lies in the days; times JST, contact_minutes judged -> notified
SELECT e.event_no, e.tenant_code, t.name AS tenant_name, e.detected_jst AS detected_at, e.judged_jst AS judged_at,
       e.notified_jst AS notified_at, e.blocked_jst AS blocked_at, e.completed_jst AS completed_at, e.severity,
       s.name AS severity_name, CASE WHEN e.function = 'unknown' THEN '不明' ELSE f.name END AS function_name, e.signature_id,
       e.signature, e.src_ip, e.src_country, e.dst_ip,
       CASE e.direction WHEN 'in' THEN '外→内' WHEN 'out' THEN '内→外' ELSE '－' END AS direction_name, e.contact_means,
       CAST(e.contact_minutes AS DOUBLE) AS contact_minutes, e.contact_minutes <= 15 AS within_15, e.endpoint,
       CASE e.attack_result WHEN 'succeeded' THEN '成功' WHEN 'failed' THEN '失敗' WHEN 'unconfirmed' THEN '未確認' END
           AS attack_result_name, s.definition AS severity_definition, e.status, e.finding,
       e.recommended_check, e.recommended_action
FROM scoped.security_event AS e
JOIN scoped.dim_severity AS s ON s.severity = e.severity AND e.jst_date BETWEEN s.valid_from AND s.valid_to
LEFT JOIN scoped.dim_tenant AS t ON t.tenant_code = e.tenant_code AND e.jst_date BETWEEN t.valid_from AND t.valid_to
LEFT JOIN scoped.dim_function AS f ON f.function = e.function AND e.jst_date BETWEEN f.valid_from AND f.valid_to
WHERE s.serious AND e.jst_date BETWEEN $first_date AND $last_date
ORDER BY e.detected_jst, e.event_no
