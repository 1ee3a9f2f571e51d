-- one row per kind of change over the months; no row at all when no ledger covers one of them
SELECT k.change_kind, max_by(k.name, c.jst_month) AS name, CAST(coalesce(sum(m.requested), 0) AS BIGINT) AS requested,
       CAST(coalesce(sum(m.completed), 0) AS BIGINT) AS completed,
       CAST(coalesce(sum(m.approval_needed), 0) AS BIGINT) AS approval_needed,
       CAST(coalesce(sum(m.approved_before), 0) AS BIGINT) AS approved_before,
       CAST(coalesce(sum(m.executed), 0) AS BIGINT) AS devices_changed,
       CAST(coalesce(sum(m.backed_up), 0) AS BIGINT) AS backed_up
FROM scoped.covered_month AS v
JOIN scoped.calendar_month AS c ON c.jst_month = v.jst_month
JOIN scoped.dim_change_kind AS k ON c.last_date BETWEEN k.valid_from AND k.valid_to
LEFT JOIN scoped.change_month AS m ON m.jst_month = c.jst_month AND m.change_kind = k.change_kind
WHERE v.table_name = 'change_request' AND c.jst_month BETWEEN $from_month AND $to_month
GROUP BY k.change_kind
ORDER BY max_by(k.sort_order, c.jst_month), k.change_kind
