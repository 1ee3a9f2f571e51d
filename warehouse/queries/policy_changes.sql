-- one row per change of the rules of detection and blocking that was carried out in the days (JST), oldest first
SELECT r.request_no, r.tenant_code, t.name AS tenant_name, k.name AS kind_name, r.minor,
       r.received_at + INTERVAL 9 HOUR AS received_at, r.approved_at + INTERVAL 9 HOUR AS approved_at,
       r.executed_at + INTERVAL 9 HOUR AS executed_at, r.device, r.status
FROM scoped.change_request AS r
LEFT JOIN scoped.dim_change_kind AS k ON k.change_kind = r.change_kind AND r.jst_date BETWEEN k.valid_from AND k.valid_to
LEFT JOIN scoped.dim_tenant AS t ON t.tenant_code = r.tenant_code AND r.jst_date BETWEEN t.valid_from AND t.valid_to
WHERE r.change_kind IN ('ids_ips', 'url_filter', 'malware_spam')
  AND CAST(r.executed_at + INTERVAL 9 HOUR AS DATE) BETWEEN $first_date AND $last_date
ORDER BY r.executed_at, r.request_no
