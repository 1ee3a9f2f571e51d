-- 問合せ・依頼の月計が、受け付けた件数と一致すること
SELECT a.jst_month, a.tenant_code, a.n, m.received
FROM (SELECT jst_month, tenant_code, count(*) AS n FROM ticket_answer GROUP BY jst_month, tenant_code) AS a
LEFT JOIN (SELECT jst_month, tenant_code, sum(received) AS received FROM ticket_month
           GROUP BY jst_month, tenant_code) AS m
    ON m.jst_month = a.jst_month AND m.tenant_code = a.tenant_code
WHERE a.n IS DISTINCT FROM m.received
